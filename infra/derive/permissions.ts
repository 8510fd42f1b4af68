import { permissions, type Permission } from '@forecourt/contracts/permissions'
import { roles, startingRoles } from '@forecourt/contracts/roles'
import { meaningsOf } from '@forecourt/platform/by-body'
import type { Endpoint } from '@forecourt/platform/endpoint'

/** Who may do what in a new installation: every role, every permission, and what it opens. */
export function permissionLines(endpoints: Endpoint[]): string {
  const rows = Object.entries(permissions).map(([name, about]) => {
    const permission = name as Permission
    const holders = roles.map((role) => (startingRoles[role].includes(permission) ? '✓' : ''))
    return row([`\`${name}\``, ...holders, about, String(opened(endpoints, permission))])
  })
  return [
    '# Who may do what',
    '',
    'The roles of a new installation; administrators may change them (`/admin/roles`). The scope',
    'narrows what somebody sees: an administrator everything, staff and garage owners their own',
    'centers, a customer (`mobile_user`) what is theirs. The last column says how many endpoints',
    'ask for it.',
    '',
    row(['permission', ...roles, 'what it allows', 'endpoints']),
    row(['---', ...roles.map(() => ':-:'), '---', '--:']),
    ...rows,
    '',
  ].join('\n')
}

function opened(endpoints: Endpoint[], permission: Permission): number {
  return endpoints.flatMap(meaningsOf).filter(({ may }) => may === permission).length
}

function row(cells: string[]): string {
  return `| ${cells.join(' | ')} |`
}
