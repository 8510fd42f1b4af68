import { expect, test } from 'vitest'
import { splitName } from './customer.ts'

test.each([
  ['Rahul', 'Rahul', null],
  ['Rahul Deshpande', 'Rahul', 'Deshpande'],
  ['Rahul Anant Deshpande', 'Rahul', 'Anant Deshpande'],
])('%s is split at the first space', (fullName, firstName, lastName) => {
  expect(splitName(fullName)).toEqual({ firstName, lastName })
})
