import { documentOf } from '@forecourt/platform/openapi'
import { asha, isha } from '@forecourt/testing/people'
import { testEveryRole } from '@forecourt/testing/matrix'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deal } from './bicycle/deals.ts'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

const sale = { price: 100, buyer: 'Gita' }

const ask = (body: unknown, as = asha) => stack.call('POST /deals', { as, body })

test('the body decides what is meant, with its own status, words and answer', async () => {
  const sold = await ask(sale)
  expect([sold.status, sold.body.message]).toEqual([201, 'Sold'])
  expect(sold.data).toEqual({ seller: asha.userId })
  const asked = await stack.call('POST /deals', { body: { wish: 'a red one' } })
  expect([asked.status, asked.body.message]).toEqual([200, 'Asked'])
  expect(asked.data).toEqual({ wish: 'a red one', asker: null })
  expect(asked.headers.get('cache-control')).toBe('no-store')
  expect(sold.headers.get('cache-control')).not.toBe('no-store')
})

test('who asks is judged by the meaning, before the body is: 401, 403, 422', async () => {
  const faulty = { price: 'much' }
  expect((await stack.call('POST /deals', { body: faulty })).status).toBe(401)
  expect((await ask(faulty, isha)).status).toBe(403)
  expect((await ask(faulty)).status).toBe(422)
})

test('the first choice that fits is meant: nobody escapes a permission by saying more', async () => {
  const both = { wish: 'a red one', ...sale }
  expect((await stack.call('POST /deals', { body: both })).status).toBe(401)
  expect((await ask({ ...both, price: null })).status).toBe(422)
})

test.each([[{ bell: 'loud' }], [{}], [[sale]], [[]], ['price'], [7], [null]])(
  'the body %j means nothing that is known, and is judged as the last choice is',
  async (body) => {
    const answer = await stack.call('POST /deals', { body })
    expect([answer.status, answer.body.error?.reason]).toEqual([400, 'otp_wrong'])
  },
)

test('a price that is inherited is no price', async () => {
  const text = '{"__proto__":{"price":1},"wish":"a red one"}'
  const { status } = await stack.call('POST /deals', {
    body: new TextEncoder().encode(text),
    headers: { 'content-type': 'application/json' },
  })
  expect(status).toBe(200)
})

test('the line of the audit says what was meant', async () => {
  const { requestId } = (await ask(sale)).body.meta
  const line = await stack.topics.next(
    'identity.audit.recorded.v1',
    ({ data }) => data?.['requestId'] === requestId,
  )
  expect(line.data).toMatchObject({ action: 'POST /deals', entity: 'customer', outcome: 'done' })
})

test('the document shows every meaning: who may, what is sent, what is answered', async () => {
  const { paths } = await documentOf({ about: 'Deals', endpoints: [deal] })
  const content = (...names: string[]) => ({
    content: { 'application/json': { schema: { anyOf: names.map(propertiesOf) } } },
  })
  const propertiesOf = (name: string) => ({ properties: { [name]: expect.anything() } })
  const answer = (name: string) => ({
    content: { 'application/json': { schema: { properties: { data: propertiesOf(name) } } } },
  })
  expect(paths).toMatchObject({
    '/deals': {
      post: {
        summary: 'Sell a bicycle, or ask for one.',
        description: 'Needs: `customer.update`. Or, as the body decides: Open to everybody.',
        security: [{ bearer: [] }, {}],
        requestBody: content('price', 'wish'),
        responses: { 200: answer('wish'), 201: answer('seller') },
      },
    },
  })
})

const oneOnly = { ...bicycles, endpoints: [deal] }
testEveryRole(oneOnly, () => stack, { 'POST /deals': [sale] })
