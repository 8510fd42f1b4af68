import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { canonicalPath } from './path.ts'

/** Which door leads to which house. The longest prefix of whole segments wins. */
const table = {
  '/.well-known': 'identity',
  '/admin/audit-logs': 'reporting',
  '/admin/config': 'identity',
  '/admin/roles': 'identity',
  '/admin/service-centers': 'identity',
  '/admin/users': 'identity',
  '/auth': 'identity',
  '/customers': 'customer-vehicle',
  '/customers/resend-otp': 'identity',
  '/customers/send-otp': 'identity',
  '/customers/verify-otp': 'identity',
  '/approvals': 'workshop',
  '/dashboard': 'reporting',
  '/files': 'customer-vehicle',
  '/home-services': 'workshop',
  '/inventory': 'inventory',
  '/invoices': 'billing',
  '/notifications': 'notification',
  '/reference': 'customer-vehicle',
  '/registrations': 'customer-vehicle',
  '/sales/customers': 'customer-vehicle',
  '/sales/otc-orders': 'billing',
  '/sales/quotations': 'billing',
  '/vehicles': 'customer-vehicle',
  '/webhooks/twilio': 'notification',
  '/workshop': 'workshop',
} as const satisfies Record<`/${string}`, ServiceName>

/** Both serve the same handlers; the first is the documented one. */
export const prefixes = ['/api/v1', '/api'] as const

/** Answers behind these carry tokens or codes, so nobody may keep them. */
const secret = /^\/(?:auth|customers\/\w+-otp)(?:\/|$)/

/** Behind these the requirement has faults as a list, so ours are told so too. */
const listed = /^\/auth\/(?:register\/step[123]|verify(?:\/resend)?)$/

export interface Address {
  service: ServiceName
  /** As the service knows it: without our prefix, in its one spelling, without the query. */
  path: string
  /** The prefix in the table that led there. */
  prefix: string
  /** Empty, or with its question mark, untouched. */
  query: string
  isSecret: boolean
  /** How faults are told there. */
  errors: 'list' | undefined
}

/** What every service answers for itself, under its own name. */
const ofEach = ['/admin/dead-letters', '/admin/system-health', '/personal-data']

const doors = new Map<string, ServiceName>([
  ...Object.entries(table),
  ...ofEach.flatMap((path) => serviceNames.map((name) => [`${path}/${name}`, name] as const)),
])
const DEEPEST = Math.max(...Array.from(doors.keys(), (prefix) => prefix.split('/').length - 1))

/** Where a request's URL leads, or undefined when it leads nowhere. */
export function addressOf(url: string): Address | undefined {
  const question = url.indexOf('?')
  const whole = canonicalPath(question < 0 ? url : url.slice(0, question))
  const path = whole === undefined ? undefined : withoutPrefix(whole)
  const door = path === undefined ? undefined : doorOf(path)
  if (path === undefined || door === undefined) return undefined
  const query = question < 0 ? '' : url.slice(question)
  const errors = listed.test(path) ? 'list' : undefined
  return { ...door, path, query, isSecret: secret.test(path), errors }
}

/** The service behind a path without our prefix. */
export function doorOf(path: string): { service: ServiceName; prefix: string } | undefined {
  let end = 0
  for (let depth = 0; depth < DEEPEST && end >= 0; depth++) end = path.indexOf('/', end + 1)
  if (end < 0) end = path.length
  for (; end > 0; end = path.lastIndexOf('/', end - 1)) {
    const prefix = path.slice(0, end)
    const service = doors.get(prefix)
    if (service) return { service, prefix }
  }
  return undefined
}

function withoutPrefix(path: string): string | undefined {
  const prefix = prefixes.find((one) => path.startsWith(`${one}/`))
  if (prefix) return path.slice(prefix.length)
  // The address of the key set is fixed by convention, at the root.
  return path.startsWith('/.well-known/') ? path : undefined
}
