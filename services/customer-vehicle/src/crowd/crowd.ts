import { parsePlate, type ParsedPlate } from '../vehicle/plate.ts'

/** A made-up person. */
export interface Stranger {
  id: string
  fullName: string
  phone: string
  email: string
  street: string
  city: string
  taluka: string
  district: string
  state: string
  pinCode: string
  createdAt: string
}

/** A made-up vehicle; its owner is the stranger of that number. */
export interface StrangersVehicle {
  id: string
  owner: number
  plate: ParsedPlate
  vin: string
  brand: string
  model: string
  color: string
  yearOfPurchase: number
  createdAt: string
}

const FIRST = [
  ...['Aarav', 'Aditi', 'Ajay', 'Amit', 'Ananya', 'Anil', 'Anita', 'Arjun', 'Asha', 'Bhavna'],
  ...['Chetan', 'Deepa', 'Dev', 'Divya', 'Farhan', 'Ganesh', 'Geeta', 'Harish', 'Imran', 'Isha'],
  ...['Jyoti', 'Kavita', 'Kiran', 'Lata', 'Mahesh', 'Manisha', 'Meera', 'Mohan', 'Neha', 'Nikhil'],
  ...['Omkar', 'Pooja', 'Prakash', 'Priya', 'Rahul', 'Rajesh', 'Ravi', 'Rekha', 'Rohan', 'Sachin'],
  ...['Sana', 'Sanjay', 'Shreya', 'Smita', 'Sunil', 'Swati', 'Tara', 'Uday', 'Vijay', 'Zoya'],
]
const LAST = [
  ...['Agarwal', 'Bhat', 'Bhosale', 'Chavan', 'Chopra', 'Das', 'Deshmukh', 'Deshpande', 'Dixit'],
  ...['Fernandes', 'Gaikwad', 'Gokhale', 'Gupta', 'Iyer', 'Jadhav', 'Joshi', 'Kale', 'Kapoor'],
  ...['Khan', 'Kulkarni', 'Mehta', 'Mishra', 'Mohite', 'More', 'Nair', 'Naik', 'Patel', 'Patil'],
  ...['Pawar', 'Pillai', 'Rane', 'Rao', 'Reddy', 'Sawant', 'Shah', 'Shaikh', 'Sharma', 'Shinde'],
  ...['Singh', 'Thakur', 'Verma', 'Wagh', 'Yadav'],
]
const STREETS = ['Station Road', 'MG Road', 'Law College Road', 'Market Yard', 'Temple Street']
const PLACES = [
  place('Pune', 'Haveli', 'Pune', 'Maharashtra', '4110', 'MH12'),
  place('Pimpri', 'Haveli', 'Pune', 'Maharashtra', '4110', 'MH14'),
  place('Mumbai', 'Andheri', 'Mumbai Suburban', 'Maharashtra', '4000', 'MH02'),
  place('Thane', 'Thane', 'Thane', 'Maharashtra', '4006', 'MH04'),
  place('Nashik', 'Nashik', 'Nashik', 'Maharashtra', '4220', 'MH15'),
  place('Nagpur', 'Nagpur Urban', 'Nagpur', 'Maharashtra', '4400', 'MH31'),
  place('Bengaluru', 'Bengaluru East', 'Bengaluru Urban', 'Karnataka', '5600', 'KA03'),
  place('Ahmedabad', 'Ahmedabad City', 'Ahmedabad', 'Gujarat', '3800', 'GJ01'),
] as const
const CARS = [
  ...[car('Maruti Suzuki', 'Swift'), car('Maruti Suzuki', 'Baleno'), car('Hyundai', 'Creta')],
  ...[car('Hyundai', 'i20'), car('Tata', 'Nexon'), car('Mahindra', 'XUV700'), car('Honda', 'City')],
  ...[car('Toyota', 'Innova Crysta'), car('Toyota', 'Fortuner'), car('Kia', 'Seltos')],
] as const
const COLORS = ['White', 'Silver', 'Grey', 'Black', 'Red', 'Blue']

/** Ten vehicles have seven owners. */
const [OWNERS, VEHICLES] = [7, 10]
const BEGIN_MS = Date.UTC(2021, 0)
const MINUTE_MS = 60_000
/** The letters of marks, and the characters of VINs. */
const SERIES = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const VIN_DIGITS = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ'
/** Has no factor in common with the count of all marks of a place, so that each comes once. */
const STRIDE = 3_141_593
const NUMBERS = 9_999

export function ownerOf(vehicle: number): number {
  return Math.floor((vehicle * OWNERS) / VEHICLES)
}

/** The first vehicle of an owner; a second one may follow it. */
export function firstVehicleOf(owner: number): number {
  return Math.ceil((owner * VEHICLES) / OWNERS)
}

/** The stranger of this number, the same for the same seed on every machine. */
export function strangerAt(seed: number, at: number): Stranger {
  const random = chance(seed, at, 1)
  const { rto: _, pin, ...home } = pick(PLACES, random)
  const [first, last] = [pick(FIRST, random), pick(LAST, random)]
  return {
    ...home,
    id: idOf(at, random),
    fullName: `${first} ${last}`,
    // A range of its own, so that each number is one person's.
    phone: `+9160${String(at).padStart(8, '0')}`,
    email: `${first}.${last}.${at}@example.com`.toLowerCase(),
    street: `${1 + Math.floor(random() * 400)}, ${pick(STREETS, random)}`,
    pinCode: pin + String(10 + Math.floor(random() * 40)),
    createdAt: momentOf(at),
  }
}

/** The vehicle of this number, the same for the same seed on every machine. */
export function vehicleAt(seed: number, at: number): StrangersVehicle {
  const random = chance(seed, at, 2)
  const [brand, model] = pick(CARS, random)
  return {
    id: idOf(at, random),
    owner: ownerOf(at),
    plate: plateOf(at),
    vin: vinOf(at),
    brand,
    model,
    color: pick(COLORS, random),
    yearOfPurchase: 2010 + Math.floor(random() * 11),
    createdAt: momentOf(at),
  }
}

function place(
  city: string,
  taluka: string,
  district: string,
  state: string,
  pin: string,
  rto: string,
) {
  return { city, taluka, district, state, pin, rto }
}

function car(brand: string, model: string): readonly [brand: string, model: string] {
  return [brand, model]
}

function pick<Value>(values: readonly Value[], random: () => number): Value {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('There is nothing to pick from.')
  return value
}

/** Numbers from 0 to 1, always the same ones after the same three (mulberry32). */
function chance(seed: number, at: number, salt: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b) ^ salt
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function momentOf(at: number): string {
  return new Date(BEGIN_MS + at * MINUTE_MS).toISOString()
}

/** A UUIDv7 of its moment. */
function idOf(at: number, random: () => number): string {
  const ms = (BEGIN_MS + at * MINUTE_MS).toString(16).padStart(12, '0')
  const bits = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${bits(3)}-8${bits(3)}-${bits(6)}${bits(6)}`
}

/** Marks of one place are spread over all of its series, as they are in a street. */
function plateOf(at: number): ParsedPlate {
  const { rto } = PLACES[at % PLACES.length] ?? PLACES[0]
  const all = SERIES.length ** 2 * NUMBERS
  const mark = (Math.floor(at / PLACES.length) * STRIDE) % all
  const series = Math.floor(mark / NUMBERS)
  const letters = [series / SERIES.length, series].map(
    (one) => SERIES[Math.floor(one) % SERIES.length],
  )
  const typed = `${rto}${letters.join('')}${String(1 + (mark % NUMBERS)).padStart(4, '0')}`
  const plate = parsePlate(typed)
  if (!plate) throw new Error(`${typed} is no mark.`)
  return plate
}

function vinOf(at: number): string {
  const base = VIN_DIGITS.length
  const digits = Array.from({ length: 8 }, (_, place) => {
    return VIN_DIGITS[Math.floor((at * STRIDE) / base ** place) % base]
  })
  return `MA3${digits.toReversed().join('')}${String(at % 1_000_000).padStart(6, '0')}`
}
