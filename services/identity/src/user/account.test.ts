import { roles, startingRoles, type Role } from '@forecourt/contracts/roles'
import { testMoves } from '@forecourt/testing/matrix'
import { describe, expect, test } from 'vitest'
import { lifecycle } from './account.queries.ts'
import { faultOfReach, isBelow, reachAfter } from './account.ts'
import { nameBeginnings } from './user.ts'

testMoves('an account', lifecycle, {
  active: { suspend: 'suspended', reject: 'rejected' },
  suspended: { activate: 'active', reject: 'rejected' },
  rejected: {},
})

describe('the roles below a manager', () => {
  const below = (mine: Role, role: Role) =>
    isBelow(startingRoles[role], new Set<string>(startingRoles[mine]))

  test('are those that may do a part of what the manager may', () => {
    const managed = roles.filter((role) => below('service_center', role))
    expect(managed).toEqual(['advisor', 'technician', 'engineer', 'garage_owner', 'mobile_user'])
  })

  test.each(roles)('do not hold %s above or beside itself', (role) => {
    expect(below(role, role)).toBe(false)
    expect(below(role, 'admin')).toBe(false)
  })
})

describe('role and centers', () => {
  const pune = '0192f000-0000-7000-8000-000000000001'
  const mumbai = '0192f000-0000-7000-8000-000000000002'
  const advisor = { role: 'advisor', serviceCenterIds: [pune] }
  const moved = { role: 'advisor', serviceCenterIds: [mumbai] }

  test.each([
    ['stay when they are not named', {}, advisor],
    ['take the role alone', { role: 'engineer' }, { ...advisor, role: 'engineer' }],
    [
      'put the main center first',
      { serviceCenterId: mumbai, serviceCenterIds: [pune, mumbai] },
      { role: 'advisor', serviceCenterIds: [mumbai, pune] },
    ],
    ['take another main center', { serviceCenterId: mumbai }, moved],
    [
      'take another main center beside a list that is as it was',
      { serviceCenterId: mumbai, serviceCenterIds: [pune] },
      moved,
    ],
    [
      'stay with a form that names them as they were',
      { serviceCenterId: pune, serviceCenterIds: [pune] },
      advisor,
    ],
    [
      'of an administrator are without centers',
      { role: 'admin' },
      { role: 'admin', serviceCenterIds: [] },
    ],
  ])('%s', (_, change, after) => expect(reachAfter(advisor, change)).toEqual(after))

  test('keep the other centers of somebody whose main center changes', () => {
    const nagpur = '0192f000-0000-7000-8000-000000000003'
    const before = { role: 'advisor', serviceCenterIds: [pune, nagpur] }
    const { serviceCenterIds } = reachAfter(before, { serviceCenterId: mumbai })
    expect(serviceCenterIds).toEqual([mumbai, nagpur])
  })

  test.each([
    [{ role: 'advisor', serviceCenterIds: [pune] }, undefined],
    [{ role: 'advisor', serviceCenterIds: [] }, 'serviceCenterId'],
    [{ role: 'admin', serviceCenterIds: [pune] }, 'serviceCenterId'],
    [{ role: 'mobile_user', serviceCenterIds: [pune] }, 'role'],
  ])('that fit nobody are refused: %j', (reach, field) => {
    expect(faultOfReach(reach)?.[0]).toBe(field)
  })
})

test('a name is found by how its words begin, from two letters on', () => {
  expect(nameBeginnings('Asha  Joshi')).toEqual(['as', 'ash', 'asha', 'jo', 'jos', 'josh', 'joshi'])
  expect(nameBeginnings('A.')).toEqual(['a.'])
  expect(nameBeginnings('J')).toEqual([])
})
