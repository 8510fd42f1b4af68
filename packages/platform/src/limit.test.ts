import { expect, test } from 'vitest'
import { addressKey } from './limit.ts'

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
  ['0000:0000:0000:0000:0000:ffff:cb00:7107', '203.0.113.7'],
])('the mapped address %s is the person of %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test.each([
  '2001:db8:1:2::1',
  '2001:db8:1:2:ffff:ffff:ffff:ffff',
  '2001:0DB8:0001:0002:0:0:0:9',
  '2001:db8:1:2::198.51.100.4',
  '2001:db8:1:2::1%eth0',
])('%s is one of the addresses that one person owns', (address) => {
  expect(addressKey(address)).toBe('2001:db8:1:2::/64')
})

test('neighbours and the unspecified parts of an address are kept apart', () => {
  const addresses = [
    '2001:db8:1:3::1',
    '2001:db8::1',
    '2001:db8:1::',
    '::1',
    'fe80::1',
    '64:ff9b::1',
  ]
  const keys = addresses.map(addressKey)
  expect(keys).toEqual([
    '2001:db8:1:3::/64',
    '2001:db8:0:0::/64',
    '2001:db8:1:0::/64',
    '0:0:0:0::/64',
    'fe80:0:0:0::/64',
    '64:ff9b:0:0::/64',
  ])
})
