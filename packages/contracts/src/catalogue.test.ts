import { expect, test } from 'vitest'
import { z } from 'zod'
import { catalogue } from './catalogue.ts'

test('no two events share a name', () => {
  const names = catalogue.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})

for (const { name, key, about, data, spec } of catalogue) {
  test(`${name} is keyed by a field that it always carries`, () => {
    expect(z.toJSONSchema(data).required).toContain(key)
  })

  test(`${name} says what happened, in a sentence`, () => {
    expect(about).toMatch(/^[A-Z].+\.$/)
  })

  test(`${name} carries personal data only encrypted, and none at all in a ledger`, () => {
    const personal = /phone|email|fullName|firstName|plate|destination|^text$/i
    const clear = Object.entries(z.toJSONSchema(data).properties ?? {}).filter(
      ([field, schema]) => {
        const isSealed = JSON.stringify(schema).includes('"x-encrypted":true')
        return personal.test(field) && (!isSealed || spec.class === 'ledger')
      },
    )
    expect(clear.map(([field]) => field)).toEqual([])
  })
}
