import { expect, test } from 'vitest'
import { mergeDocuments } from './openapi.ts'

const get = (ref: string) => ({
  get: {
    tags: ['any'],
    responses: { 200: { content: { 'application/json': { schema: refTo(ref) } } } },
  },
})
const refTo = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const text = { type: 'string' }

function merged(identity: object, vehicles: object) {
  return mergeDocuments([
    {
      service: 'identity',
      document: { paths: { '/auth/me': get('A') }, components: { schemas: identity } },
    },
    {
      service: 'customer-vehicle',
      document: { paths: { '/vehicles': get('A') }, components: { schemas: vehicles } },
    },
  ]) as { paths: Record<string, unknown>; components: { schemas: Record<string, unknown> } }
}

test('paths are those that a caller of the gateway uses', () => {
  expect(Object.keys(merged({ A: text }, { A: text }).paths)).toEqual([
    '/api/v1/auth/me',
    '/api/v1/vehicles',
  ])
})

test('what the table does not lead to is not documented', () => {
  const document = { paths: { '/internal/relay': get('A'), '/vehicles': get('A') } }
  expect(mergeDocuments([{ service: 'identity', document }])['paths']).toEqual({})
})

test('schemas that are the same everywhere stay one', () => {
  const { components } = merged({ A: text }, { A: text })
  expect(components.schemas).toEqual({ A: text })
})

test('schemas of one name and two shapes carry their service, and so do references to them', () => {
  const { components, paths } = merged({ A: text }, { A: { type: 'number' } })
  expect(components.schemas).toEqual({
    IdentityA: text,
    CustomerVehicleA: { type: 'number' },
  })
  expect(paths['/api/v1/vehicles']).toEqual(get('CustomerVehicleA'))
  expect(paths['/api/v1/auth/me']).toEqual(get('IdentityA'))
})

test('a schema differs when what it refers to differs', () => {
  const wrapper = { properties: { b: refTo('B') } }
  const { components } = merged({ A: wrapper, B: text }, { A: wrapper, B: { type: 'number' } })
  expect(Object.keys(components.schemas)).toEqual([
    'CustomerVehicleA',
    'CustomerVehicleB',
    'IdentityA',
    'IdentityB',
  ])
  expect(components.schemas['IdentityA']).toEqual({ properties: { b: refTo('IdentityB') } })
})

test('schemas that refer to one another in a circle merge all the same', () => {
  const loop = { A: { properties: { a: refTo('A') } } }
  expect(merged(loop, loop).components.schemas).toEqual(loop)
})
