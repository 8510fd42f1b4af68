import { testEveryRole, testForeignCenter, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { gita, kiran, meera } from '@forecourt/testing/people'
import { knowCenters, register } from '@forecourt/testing/registering'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { customerVehicle } from './service.ts'

let stack: Stack
let customer = ''
let brand = ''
let vehicle = ''
beforeAll(async () => {
  stack = await openStack(customerVehicle, { APP_DEBUG: 'true' })
  await knowCenters(stack)
  const registered = await register(stack)
  customer = registered.customer.id
  vehicle = registered.vehicles[0]?.id ?? ''
  const neighbour = await register(stack)
  await stack.admin.query('update customer set account_id = $2 where id = $1', [
    neighbour.customer.id,
    gita.userId,
  ])
  const { rows } = await stack.admin.query<{ id: string }>('select id from vehicle_brand limit 1')
  brand = rows[0]?.id ?? ''
})
afterAll(() => stack?.close())

testEveryRole(customerVehicle, () => stack)
testLists(customerVehicle, () => stack, kiran, {
  '/vehicles': () => vehicle,
  '/vehicles/:id/graphical/components': () => 'brakes',
})
const foreign = {
  ids: {
    '/customers': () => customer,
    '/personal-data/:service': () => customer,
    '/reference/vehicle-brands': () => brand,
    '/vehicles': () => vehicle,
  },
  bodies: {
    'POST /customers/:id/notifications': { type: 'thank_you' },
    'PUT /vehicles/:id/graphical': { components: [{ id: 'brakes', status: 'healthy' }] },
    'POST /vehicles/:id/graphical/components/:component/issues': { description: 'Squeals' },
    'POST /customers/:id/link': { token: '1.of-somebody-else' },
  },
}
testForeignCenter(customerVehicle, () => stack, { ...foreign, stranger: meera })
testForeignCenter(customerVehicle, () => stack, { ...foreign, stranger: gita })
testTables(customerVehicle, tables, () => stack, {
  service_center: 'a replica of what everybody may know',
  reference_counter: 'counts, of nobody',
  customer_name: 'an index of names; whoever is found is read through customer',
})
