import { messagesOf } from '@forecourt/platform/parse'
import { wordingOf } from '@forecourt/platform/wording'
import { expect, test } from 'vitest'
import { SubmitForm } from './form.ts'

const customer = {
  fullName: 'Rahul Deshpande',
  mobileNumber: '98765 43210',
  email: 'rahul@example.com',
  address: '12, Law College Road',
  city: 'Pune',
  taluka: 'Haveli',
  district: 'Pune',
  state: 'Maharashtra',
  pinCode: '411004',
}
const vehicle = {
  vehicleNumber: 'MH12AB1234',
  brand: 'Toyota',
  model: 'Innova',
  photoFileId: '8f8f0f5e-6a2f-4b7c-9d1e-2f3a4b5c6d7e',
}

function problemsOf(body: unknown) {
  const { error } = SubmitForm.safeParse(body, { error: wordingOf })
  return error ? messagesOf(error) : {}
}

test('a form with every mandatory field passes', () => {
  const { customer: typed, vehicles } = SubmitForm.parse({ customer, vehicles: [vehicle] })
  expect(typed).toMatchObject({ fullName: 'Rahul Deshpande', mobileNumber: '+919876543210' })
  expect(vehicles[0]?.vehicleNumber).toMatchObject({ key: 'MH12AB1234', prefix: 'MH12' })
})

const long = 'x'.repeat(300)
test.each([
  ['fullName', undefined, 'Full name is required'],
  ['fullName', '   ', 'Full name is required'],
  ['fullName', '12345', 'Full name must have letters'],
  ['fullName', long, 'Full name must have at most 100 characters'],
  ['fullName', 7, 'Full name must be text'],
  ['mobileNumber', undefined, 'Phone number is required'],
  ['mobileNumber', '', 'Phone number is required'],
  ['mobileNumber', '12', 'Phone number must have 8 to 15 digits, country code included'],
  ['mobileNumber', 'call me', 'Phone number must have 8 to 15 digits, country code included'],
  ['alternativeNumber', '12', 'Phone number must have 8 to 15 digits, country code included'],
  ['email', undefined, 'E-mail address is required'],
  ['email', 'rahul@', 'E-mail address must look like name@example.com'],
  ['address', undefined, 'Address is required'],
  ['address', long, 'Address must have at most 200 characters'],
  ['city', '', 'City or village is required'],
  ['taluka', undefined, 'Taluka is required'],
  ['district', undefined, 'District is required'],
  ['state', '', 'State is required'],
  ['pinCode', undefined, 'PIN code is required'],
  ['pinCode', '011004', 'PIN code must have 6 digits and not begin with 0'],
  ['pinCode', '41100', 'PIN code must have 6 digits and not begin with 0'],
])('customer.%s cannot be %j', (field, value, message) => {
  const body = { customer: { ...customer, [field]: value }, vehicles: [vehicle] }
  expect(problemsOf(body)).toEqual({ [`customer.${field}`]: [message] })
})

test.each([
  ['vehicleNumber', undefined, 'Vehicle number is required'],
  ['vehicleNumber', '', 'Vehicle number is required'],
  ['vehicleNumber', 'MH12IO1234', 'Vehicle number must look like MH12AB1234'],
  ['vehicleNumber', 'XX12AB1234', 'Vehicle number must look like MH12AB1234'],
  ['vehicleNumber', 'MH12AB12345', 'Vehicle number must look like MH12AB1234'],
  ['vehicleNumber', 'MH12AB0000', 'Vehicle number must look like MH12AB1234'],
  ['brand', undefined, 'Vehicle brand is required'],
  ['brand', ' ', 'Vehicle brand is required'],
  ['model', undefined, 'Vehicle model is required'],
  ['model', long, 'Vehicle model must have at most 60 characters'],
  ['yearOfPurchase', 1899, 'Year of purchase must be 1900 or later'],
  ['yearOfPurchase', 'last year', 'Year of purchase must be a whole number, such as 2021'],
  ['photoFileId', undefined, 'Upload a photo of the vehicle'],
  ['photoFileId', 'car.jpg', 'Upload a photo of the vehicle'],
])('vehicles.0.%s cannot be %j', (field, value, message) => {
  const body = { customer, vehicles: [{ ...vehicle, [field]: value }] }
  expect(problemsOf(body)).toEqual({ [`vehicles.0.${field}`]: [message] })
})

test('all wrong fields are named at once', () => {
  const body = { customer: { ...customer, email: 'x', pinCode: '1' }, vehicles: [{}] }
  expect(Object.keys(problemsOf(body)).toSorted()).toEqual([
    'customer.email',
    'customer.pinCode',
    'vehicles.0.brand',
    'vehicles.0.model',
    'vehicles.0.photoFileId',
    'vehicles.0.vehicleNumber',
  ])
})

test.each([
  [{ customer }, 'vehicles', 'Add at least one vehicle'],
  [{ customer, vehicles: [] }, 'vehicles', 'Add at least one vehicle'],
  [
    { customer, vehicles: Array.from({ length: 21 }, () => vehicle) },
    'vehicles',
    'At most 20 vehicles can be registered at once',
  ],
  [{ vehicles: [vehicle] }, 'customer', 'This field is required'],
  [{ customer: [], vehicles: [vehicle] }, 'customer', 'Must be a group of fields'],
  [
    { customer, vehicles: [vehicle], serviceCenterId: 'PUN' },
    'serviceCenterId',
    'Choose a service center from the list',
  ],
])('the form %# is refused as a whole', (body, field, message) => {
  expect(problemsOf(body)[field]?.[0]).toEqual(message)
})

test('one vehicle number, and one photo, stands once in a form', () => {
  const other = { ...vehicle, vehicleNumber: 'mh-12 ab 1234' }
  expect(problemsOf({ customer, vehicles: [vehicle, other] })).toEqual({
    'vehicles.1.vehicleNumber': ['This vehicle number is already in the form'],
    'vehicles.1.photoFileId': ['Every vehicle needs a photo of its own'],
  })
})

test("the other documents' spelling is the same form", () => {
  const {
    fullName: name,
    mobileNumber: phone,
    pinCode: zipCode,
    address: street,
    ...rest
  } = customer
  const { city, taluka, district, state, email } = rest
  const address = { street, city, taluka, district, state, zipCode }
  const { brand: make, ...other } = vehicle
  const spelled = { name, phone, email, address }
  const [plain, aliased] = [
    SubmitForm.parse({ customer, vehicles: [{ ...vehicle, yearOfPurchase: 2021 }] }),
    SubmitForm.parse({ customer: spelled, vehicles: [{ ...other, make, year: 2021 }] }),
  ]
  expect(aliased).toEqual(plain)
  const parts = { ...customer, fullName: undefined, firstName: 'Rahul', lastName: 'Deshpande' }
  expect(SubmitForm.parse({ customer: parts, vehicles: [vehicle] }).customer.fullName).toBe(name)
})

test('an optional field may be left empty', () => {
  const body = {
    customer: { ...customer, alternativeNumber: '' },
    vehicles: [{ ...vehicle, yearOfPurchase: '' }],
  }
  const form = SubmitForm.parse(body)
  expect(form.customer.alternativeNumber).toBeNull()
  expect(form.vehicles[0]?.yearOfPurchase).toBeNull()
})

test('a line stays one line, without what a terminal or a database could stumble over', () => {
  const body = { customer: { ...customer, fullName: ' Rahul\r\n\u0000 Desh\u0007pande\ud800 ' } }
  const form = SubmitForm.parse({ ...body, vehicles: [vehicle] })
  expect(form.customer.fullName).toBe('Rahul Desh pande\ufffd')
})

test('fields that nobody asked for are dropped', () => {
  const extra = { ...customer, verified: true, referenceId: 'CUST-X', __proto__: { role: 'admin' } }
  const form = SubmitForm.parse({ customer: extra, vehicles: [vehicle], status: 'verified' })
  expect(form).not.toHaveProperty('status')
  expect(form.customer).not.toHaveProperty('verified')
  expect(form.customer).not.toHaveProperty('referenceId')
})
