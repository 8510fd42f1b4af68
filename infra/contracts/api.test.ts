import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { breachesOfApi, type ApiDocument } from './api.ts'
import type { Schema } from './schema.ts'

const Bell: Schema = { type: 'object', properties: { tone: { type: 'string' } } }
const Body: Schema = {
  type: 'object',
  properties: {
    color: { type: 'string', enum: ['red', 'blue'] },
    gears: { anyOf: [{ type: 'integer', maximum: 30 }, { type: 'null' }] },
    bell: { $ref: '#/components/schemas/Bell' },
  },
  required: ['color'],
}
const Answer: Schema = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    color: { type: 'string', enum: ['red', 'blue'] },
    owners: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    // A schema within itself.
    next: { $ref: '#/components/schemas/Answer' },
  },
  required: ['id'],
}

interface Said {
  body?: Schema
  answer?: Schema
  bell?: Schema
  query?: { name: string; in: string; required?: boolean; schema: Schema }[]
  security?: unknown[]
  responses?: Record<string, object>
}

const q = { name: 'q', in: 'query', schema: { type: 'string', minLength: 2 } }

function api({ body = Body, answer = Answer, bell = Bell, ...said }: Said = {}): ApiDocument {
  const json = (schema: Schema) => ({ content: { 'application/json': { schema } } })
  const ref = { $ref: '#/components/schemas/Answer' }
  const operation = {
    parameters: said.query ?? [q],
    requestBody: json(body),
    security: said.security ?? [],
    responses: said.responses ?? { 200: json(ref), '4xx': json({ type: 'string' }) },
  }
  return {
    paths: { '/bicycles/{id}': { put: operation } },
    components: { schemas: { Bell: bell, Answer: answer } },
  }
}

function withField(schema: Schema, name: string, field: Schema | undefined): Schema {
  const { [name]: _, ...others } = schema.properties ?? {}
  return { ...schema, properties: { ...others, ...(field && { [name]: field }) } }
}

const allowed: Record<string, Said> = {
  'nothing changes': {},
  'a field may be sent': { body: withField(Body, 'weight', { type: 'number' }) },
  'a field need not be sent': { body: { ...Body, required: [] } },
  'more values may be sent': { body: withField(Body, 'color', { type: 'string' }) },
  'a bound widens': { query: [{ ...q, schema: { type: 'string', minLength: 1 } }] },
  'a parameter may be sent': { query: [q, { ...q, name: 'page' }] },
  'a field is answered': { answer: withField(Answer, 'weight', { type: 'number' }) },
  'more values are answered': { answer: withField(Answer, 'color', { type: 'string' }) },
  'a field is always answered': { answer: { ...Answer, required: ['id', 'color'] } },
}

test.each(Object.entries(allowed))('callers go on when %s', (_, said) => {
  expect(breachesOfApi('1.2.0', api(), api(said))).toEqual([])
})

const refused: [string, Said, string][] = [
  ['it asks who calls', { security: [{ bearer: [] }] }, 'it was open'],
  ['a parameter is not taken', { query: [] }, '`q` is no longer taken'],
  ['a parameter is demanded', { query: [{ ...q, required: true }] }, '`q` is required'],
  ['a new one is', { query: [q, { ...q, name: 'x', required: true }] }, '`x` is new and required'],
  ['a bound narrows', { query: [{ ...q, schema: { type: 'string', minLength: 3 } }] }, 'minLength'],
  ['a field is not taken', { body: withField(Body, 'bell', undefined) }, '`bell` is no longer'],
  [
    'a field is demanded',
    { body: { ...Body, required: ['color', 'bell'] } },
    '`bell` was optional',
  ],
  [
    'a new field is demanded',
    { body: { ...withField(Body, 'size', { type: 'string' }), required: ['color', 'size'] } },
    '`size` is new and required',
  ],
  [
    'a value is not taken',
    { body: withField(Body, 'color', { type: 'string', enum: ['red'] }) },
    '`color` may no longer be blue',
  ],
  [
    'null is not taken',
    { body: withField(Body, 'gears', { type: 'integer' }) },
    'no longer be null',
  ],
  [
    'a bound narrows further in',
    {
      body: withField(Body, 'gears', {
        anyOf: [{ type: 'integer', maximum: 9 }, { type: 'null' }],
      }),
    },
    '`gears` is taken more narrowly by its maximum',
  ],
  [
    'a type changes',
    { body: withField(Body, 'color', { type: 'integer' }) },
    'string and is integer',
  ],
  [
    'a schema that others refer to changes',
    { bell: { ...Bell, required: ['tone'] } },
    '`bell.tone` was optional and is required',
  ],
  [
    'a field is not answered',
    { answer: withField(Answer, 'color', undefined) },
    'no longer answered',
  ],
  ['an answer may lack a field', { answer: { ...Answer, required: [] } }, '`id` is not always'],
  [
    'an answer may be null',
    { answer: withField(Answer, 'id', { type: ['string', 'null'], format: 'uuid' }) },
    '`id` may now be null',
  ],
  ['a format goes', { answer: withField(Answer, 'id', { type: 'string' }) }, 'no longer uuid'],
  [
    'a field further in is not answered',
    { answer: withField(Answer, 'owners', { type: 'array', items: { type: 'object' } }) },
    '`owners[].name` is no longer answered',
  ],
  ['its status changes', { responses: { 204: {} } }, 'it answers 200 no more'],
]

test.each(refused)('callers stumble when %s', (_, said, told) => {
  const found = breachesOfApi('1.2.0', api(), api(said))
  expect(found.join('\n')).toContain(told)
  const start = 'PUT /bicycles/{id}, as 1.2.0 has it: '
  expect(found.filter((line) => !line.startsWith(start))).toEqual([])
})

test('an endpoint does not go', () => {
  expect(breachesOfApi('1.2.0', api(), { paths: {} })).toEqual([
    'PUT /bicycles/{id}, as 1.2.0 has it: it is gone. Restore it.',
  ])
})

test('the API of the house is what it is', () => {
  const file = new URL('../../docs/derived/openapi.json', import.meta.url)
  const document = JSON.parse(readFileSync(file, 'utf8')) as ApiDocument
  expect(Object.keys(document.paths).length).toBeGreaterThan(20)
  expect(breachesOfApi('1.2.0', document, document)).toEqual([])
})
