import { expect, test } from 'vitest'
import { permissionsAfterRelease } from './role.ts'

const role = { permissions: ['a', 'own'], offeredPermissions: ['a', 'b'] }

test('a release gives a role what it brings for the first time', () => {
  expect(permissionsAfterRelease(role, ['a', 'b', 'c'])).toEqual(['a', 'own', 'c'])
})

test('a release gives nothing back that was taken away, and takes nothing', () => {
  expect(permissionsAfterRelease(role, ['b'])).toEqual(['a', 'own'])
})
