import { randomUUID } from 'node:crypto'
import { documentOf } from '@forecourt/platform/openapi'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

function cut(body: unknown, headers: Record<string, string> = {}) {
  return stack.call<{ lock: string }>('POST /keys', { body, headers })
}

test('where faults are a list, each message stands beside its field', async () => {
  const { status, body } = await cut({ notches: 'ab' })
  expect(status).toBe(422)
  expect(body.errors).toEqual([
    { field: 'notches', message: 'Too few' },
    { field: 'notches', message: 'No x' },
  ])
  expect((await cut({})).body.errors).toEqual([
    { field: 'notches', message: 'Notches are required' },
  ])
})

test('the list is empty where no field is to blame, whoever refuses', async () => {
  expect((await cut({ notches: 'xxx' })).body).toMatchObject({ status: 409, errors: [] })
  const unreadable = await cut(new TextEncoder().encode('{"notches":'), {
    'content-type': 'application/json',
  })
  expect(unreadable.body).toMatchObject({ status: 400, errors: [] })
  const short = await cut({ notches: 'xyz' }, { 'idempotency-key': 'short' })
  expect(short.body).toMatchObject({ status: 422, errors: [] })
})

test('elsewhere faults stand by their field, as before', async () => {
  const { body } = await stack.call('POST /stumbles', { body: {} })
  expect(body.errors).toEqual({ how: [expect.any(String)] })
  expect((await stack.call('GET /nowhere')).body.errors).toEqual({})
})

test('the document says how faults are told', async () => {
  const document = await documentOf(bicycles)
  const text = JSON.stringify(document)
  const refusalOf = (path: string) => {
    const paths = document['paths'] as Record<string, { post: { responses: object } }>
    return JSON.stringify(paths[path]?.post.responses)
  }
  expect(refusalOf('/keys')).toContain('#/components/schemas/ErrorList"')
  expect(refusalOf('/stumbles')).toContain('#/components/schemas/Error"')
  expect(text).toContain('"ErrorList":')
})

test('where an answer is a secret, the audit tells the deed alone', async () => {
  const requestId = randomUUID()
  const { data } = await cut({ notches: 'xylophone' }, { 'x-request-id': requestId })
  expect(data.lock).toBe('xylophone')
  const line = await stack.topics.next(
    'identity.audit.recorded.v1',
    ({ data: told }) => told?.['requestId'] === requestId,
  )
  expect(line.data).toMatchObject({ action: 'POST /keys', outcome: 'done', after: null })
  expect(JSON.stringify(line.data)).not.toContain('xylophone')
})
