import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CountryCallingCode,
  countryCodeOf,
  E164,
  joinPhone,
  phonesMeant,
  phonesOfAccount,
  typedDigits,
  maskPhone,
  normalizePhone,
  Phone,
  phoneCountry,
  uaePhone,
} from './phone.ts'

const digit = fc.constantFrom(...'0123456789')
const typedPhone = fc
  .tuple(
    fc.constantFrom('', '+', '00', '0', '+91', '+91 0', '+1', '+54', '+521'),
    fc.array(digit, { maxLength: 18 }),
  )
  .map(([start, digits]) => start + digits.join(''))

describe('the normal form of a phone', () => {
  test.each([
    '9876543210',
    '+919876543210',
    '+91 98765 43210',
    '+91-98765-43210',
    '(+91) 98765.43210',
    '919876543210',
    '09876543210',
    '00919876543210',
    '+91 09876543210',
    '९८७६५४३२१०',
    '+९१ ९८७६५ ४३२१०',
    '９８７６５４３２１０',
    '٩٨٧٦٥٤٣٢١٠',
    ' \u200e9876543210\u00a0',
    '98765\u201143210',
  ])('%j is one and the same Indian phone', (typed) => {
    expect(normalizePhone(typed)).toBe('+919876543210')
    expect(normalizePhone(typed, '+91')).toBe('+919876543210')
    expect(Phone.parse(typed)).toBe('+919876543210')
  })

  test('an Indian number that itself begins with 91 keeps its digits', () => {
    expect(normalizePhone('9112345678')).toBe('+919112345678')
    expect(normalizePhone('9112345678', '+91')).toBe('+919112345678')
  })

  test.each([
    ['+1234567890', 'IN', '+1234567890'],
    ['1234567890', '+91', '+911234567890'],
    ['9876543210', '91', '+919876543210'],
    ['0501234567', 'AE', '+971501234567'],
    ['050 123 4567', '+971', '+971501234567'],
    ['+971942948249', 'IN', '+971942948249'],
    ['2025550123', '+1', '+12025550123'],
    ['12345678', '+999', '+99912345678'],
    ['123456', '+91', '+91123456'],
  ])('%s typed in %s is %s', (typed, country, phone) => {
    expect(normalizePhone(typed, country)).toBe(phone)
  })

  test('a country that does not exist makes no phone', () => {
    expect(normalizePhone('9876543210', 'XX')).toBeNull()
    expect(normalizePhone('9876543210', 'abc')).toBeNull()
  })

  test('a country code in the phone outweighs the one beside it', () => {
    expect(normalizePhone('+919876543210', '+971')).toBe('+919876543210')
  })

  test.each([
    '',
    '   ',
    '12345',
    '+1234567',
    '+00000000',
    '+',
    '++919876543210',
    '98765+43210',
    '98765abcde',
    '9876543210 ext 5',
    '9876543210/9876543211',
    '1234567890123456',
    '½½½½½½½½½½',
  ])('%j is no phone', (typed) => {
    expect(normalizePhone(typed)).toBeNull()
    expect(Phone.safeParse(typed).success).toBe(false)
  })

  test('normalizing twice changes nothing, and every result is E.164', () => {
    fc.assert(
      fc.property(
        typedPhone,
        fc.constantFrom('IN', 'AE', '+91', '+1', '+999'),
        (typed, country) => {
          const phone = normalizePhone(typed, country)
          fc.pre(phone !== null)
          expect(E164.parse(phone)).toBe(phone)
          expect(normalizePhone(phone, country)).toBe(phone)
          expect(normalizePhone(phone)).toBe(phone)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('any text gets an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        expect(E164.nullable().safeParse(normalizePhone(typed)).success).toBe(true)
      }),
    )
  })

  test('a refusal says what is wrong', () => {
    expect(messageOf(Phone.safeParse(undefined))).toBe('Phone number is required')
    expect(messageOf(Phone.safeParse(' '))).toBe('Phone number is required')
    expect(messageOf(Phone.safeParse('12345'))).toBe(
      'Phone number must have 8 to 15 digits, country code included',
    )
    expect(messageOf(CountryCallingCode.safeParse('91'))).toBe('Country code must look like +91')
  })
})

describe('phone-only registration', () => {
  test('digits and a country code make E.164 where E.164 can hold them', () => {
    expect(joinPhone('1234567890', '+91')).toBe('+911234567890')
    expect(joinPhone('9876543210', '+91')).toBe('+919876543210')
    expect(joinPhone('09876543210', '+91')).toBe('+919876543210')
  })

  test('longer digits are joined as typed, up to 20 characters', () => {
    expect(joinPhone('12345678901234567', '+91')).toBe('+9112345678901234567')
    expect(joinPhone('123456789012345678', '+91')).toBeNull()
  })

  test('what was typed is known again by its digits, however it was spaced', () => {
    expect(typedDigits(' 98765-43210 ')).toBe('9876543210')
    expect(typedDigits('+91 98765 43210')).toBe('919876543210')
    expect(typedDigits('९८७६५४३२१०')).toBe('9876543210')
    expect(typedDigits('123456789')).toBeNull()
    expect(typedDigits('12345abcde')).toBeNull()
  })

  test('digits alone may mean a phone of each country', () => {
    expect(phonesMeant('2025550123', ['IN', 'AE', 'US'])).toEqual([
      '+912025550123',
      '+9712025550123',
      '+12025550123',
    ])
    expect(phonesMeant('+919876543210', ['IN', 'US'])).toEqual(['+919876543210'])
    expect(phonesMeant('12345', ['IN'])).toEqual([])
  })

  test('a phone tells its country code', () => {
    expect(countryCodeOf('+919876543210')).toBe('+91')
    expect(countryCodeOf('+971501234567')).toBe('+971')
    expect(countryCodeOf('+0')).toBeNull()
  })

  test('fewer than 10 and more than 20 digits are refused', () => {
    expect(joinPhone('123456789', '+91')).toBeNull()
    expect(joinPhone('123456789012345678901', '+1')).toBeNull()
    expect(joinPhone('12345abcde', '+91')).toBeNull()
  })
})

describe('the UAE form of garage owners', () => {
  test.each([
    ['+942948249', '+971942948249'],
    ['942948249', '+971942948249'],
    ['+971942948249', '+971942948249'],
    ['971942948249', '+971942948249'],
    ['00971942948249', '+971942948249'],
    ['050 123 4567', '+971501234567'],
    ['٠٥٠١٢٣٤٥٦٧', '+971501234567'],
  ])('%s becomes %s', (typed, phone) => {
    expect(uaePhone(typed)).toBe(phone)
    expect(uaePhone(phone)).toBe(phone)
  })

  test.each(['', '12345678', '9429482490', '+97194294824', '+9719429482490', '94294824x'])(
    '%j is refused',
    (typed) => {
      expect(uaePhone(typed)).toBeNull()
    },
  )
})

describe('a phone without a country code', () => {
  test.each([
    ['0504978651', '+971504978651'],
    ['050 123 2733', '+971501232733'],
    ['504978651', '+971504978651'],
    ['971504978651', '+971504978651'],
    ['04 234 5678', '+97142345678'],
    ['97142345678', '+97142345678'],
  ])('%s can only be of the UAE', (typed, phone) => {
    expect(normalizePhone(typed)).toBe(phone)
    expect(Phone.parse(typed)).toBe(phone)
  })

  test.each(['5012345678', '05012345678', '9715049786', '987654321', '0987654321', '42345678'])(
    '%s is Indian, however wrong it may be',
    (typed) => {
      expect(normalizePhone(typed)).toBe(`+91${typed.replace(/^0/, '')}`)
    },
  )

  test('is Indian where that was said beside it', () => {
    expect(normalizePhone('504978651', '+91')).toBe('+91504978651')
  })
})

describe('a phone that somebody signs in by', () => {
  test.each([
    ['+942948249', ['+971942948249', '+942948249']],
    ['942948249', ['+971942948249', '+91942948249']],
    ['0504978651', ['+971504978651']],
    ['9876543210', ['+919876543210']],
    ['+919876543210', ['+919876543210']],
    ['12345', []],
  ])('%s may mean %j', (typed, phones) => {
    expect(phonesOfAccount(typed)).toEqual(phones)
  })

  test('of a real country that has nine digits in all comes first', () => {
    expect(phonesOfAccount('+299221234')).toEqual(['+299221234', '+971299221234'])
  })
})

describe('the country of a phone', () => {
  test.each([
    ['+919876543210', 'IN'],
    ['+971942948249', 'AE'],
    ['+12025550123', 'US'],
    ['+1234567890', 'US'],
    ['+18765551234', 'JM'],
    ['+911234567890', 'IN'],
    ['+97112345678', 'AE'],
    ['+99912345678', null],
  ])('%s belongs to %s', (phone, country) => {
    expect(phoneCountry(phone)).toBe(country)
  })
})

describe('a masked phone', () => {
  test.each([
    ['+919876543210', '+91******3210'],
    ['+971942948249', '+971******8249'],
    ['+12025550123', '+1******0123'],
    ['+91123456', '+91******56'],
    ['+99912345678', '+******5678'],
    ['9876543210', '******'],
    ['', '******'],
  ])('%j is shown as %s', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked)
  })

  test('never shows more than four digits after the country code', () => {
    fc.assert(
      fc.property(typedPhone, (typed) => {
        const shown = maskPhone(normalizePhone(typed) ?? typed)
        expect(shown).toMatch(/^(\+\d{0,3}\*{6}\d{2,4}|\*{6})$/)
      }),
    )
  })
})

function messageOf(result: {
  error?: { issues: readonly { message: string }[] } | undefined
}): string | undefined {
  return result.error?.issues[0]?.message
}
