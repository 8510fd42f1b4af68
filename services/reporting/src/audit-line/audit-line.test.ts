import { expect, test } from 'vitest'
import { actionOf } from './audit-line.ts'

test.each([
  ['POST /auth/login', 'login'],
  ['POST /auth/mfa/confirm', 'confirm'],
  ['PUT /inventory/purchase-orders/:id/approve', 'approve'],
  ['POST /registrations/:id/verify', 'verify'],
  ['POST /registrations', 'create'],
  ['POST /feedback', 'create'],
  ['POST /customers/lookup', 'lookup'],
  ['POST /customers/:id/link', 'link'],
  ['POST /customers/:id/notifications', 'create'],
  ['POST /admin/service-centers', 'create'],
  ['PUT /admin/service-centers/:id', 'update'],
  ['DELETE /customers/:id', 'delete'],
  ['DELETE /auth/sessions/:id', 'delete'],
  ['GET /customers/:id', 'read'],
  ['GET /customers/:id/export', 'read'],
  ['PUT /auth/profile', 'update'],
])('%s is a deed called %s', (endpoint, action) => {
  expect(actionOf(endpoint)).toBe(action)
})
