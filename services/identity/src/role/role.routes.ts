import { Moment } from '@forecourt/platform/moment'
import { endpoint } from '../db.ts'
import { changeRole, defineRole } from './change.queries.ts'
import { ChangeRole, DefineRole, Role, shownRole } from './role.ts'

export const listRoles = endpoint.list('GET /admin/roles', {
  about: 'List roles with what they allow.',
  may: 'role.read',
  item: Role,
  filters: { createdAt: { type: Moment } },
  sorts: { createdAt: 'created_at', name: 'name' },
  search: ['name', 'description'],
  from: ({ db }) => db.selectFrom('role').selectAll(),
  row: shownRole,
})

export const openRole = endpoint('POST /admin/roles', {
  about: 'Define a role; nobody gives it what they do not have themselves.',
  may: 'role.create',
  message: 'Role defined',
  body: DefineRole,
  returns: Role,
  handle: async (context, { body }) => shownRole(await defineRole(context, body)),
})

export const updateRole = endpoint('PUT /admin/roles/:id', {
  about: 'Change what a role allows; it counts in every service within a second.',
  may: 'role.update',
  message: 'Role changed',
  body: ChangeRole,
  returns: Role,
  handle: async (context, { params, body }) =>
    shownRole(await changeRole(context, params.id, body)),
})
