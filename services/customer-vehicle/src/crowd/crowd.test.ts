import { normalizePhone } from '@forecourt/contracts/phone'
import { expect, test } from 'vitest'
import { openPlaces } from '../reference/reference.adapter.ts'
import { Vin } from '../vehicle/vin.ts'
import { ownerOf, strangerAt, vehicleAt } from './crowd.ts'

const numbers = Array.from({ length: 20_000 }, (_, at) => at * 97)

test('one seed makes the same crowd each time, another seed another one', () => {
  expect(strangerAt(1, 7)).toEqual(strangerAt(1, 7))
  expect(vehicleAt(1, 7)).toEqual(vehicleAt(1, 7))
  const names = (seed: number) => numbers.slice(0, 20).map((at) => strangerAt(seed, at).fullName)
  expect(names(1)).not.toEqual(names(2))
})

test('nobody has what another one has', () => {
  const vehicles = numbers.map((at) => vehicleAt(1, at))
  const people = numbers.map((at) => strangerAt(1, at))
  for (const values of [
    vehicles.map(({ plate }) => plate.key),
    vehicles.map(({ vin }) => vin),
    vehicles.map(({ id }) => id),
    people.map(({ id }) => id),
    people.map(({ phone }) => phone),
  ]) {
    expect(new Set(values).size).toBe(numbers.length)
  }
})

test('everybody lives at a place of our lists, and could have typed all of it', async () => {
  const places = await openPlaces()
  for (const person of numbers.slice(0, 500).map((at) => strangerAt(1, at))) {
    const { state, district, taluka } = person
    expect(places.checkAddress(person)).toMatchObject({ address: { state, district, taluka } })
    expect(person.pinCode).toMatch(/^[1-9]\d{5}$/)
    expect(normalizePhone(person.phone)).toBe(person.phone)
  }
  for (const { vin } of numbers.slice(0, 500).map((at) => vehicleAt(1, at))) {
    expect(Vin.parse(vin)).toBe(vin)
  }
})

test('ten vehicles have seven owners, and none is left out', () => {
  const owners = new Set(Array.from({ length: 1_000 }, (_, at) => ownerOf(at)))
  expect([...owners]).toEqual(Array.from({ length: 700 }, (_, at) => at))
})
