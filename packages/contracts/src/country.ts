import { typedText } from './typed.ts'
import { z } from 'zod'

/** The countries whose law the house knows, by ISO code. */
export const countries = { IN: 'India', AE: 'United Arab Emirates' } as const
export type CountryCode = keyof typeof countries

const spellings = new Map<string, CountryCode>([
  ['in', 'IN'],
  ['ind', 'IN'],
  ['india', 'IN'],
  ['ae', 'AE'],
  ['are', 'AE'],
  ['uae', 'AE'],
  ['u.a.e.', 'AE'],
  ['united arab emirates', 'AE'],
])

/** A country in a body, by its code or its name; the handler gets the ISO code. */
export const Country = typedText('Country')
  .transform((typed, context) => {
    const code = spellings.get(typed.trim().toLowerCase().replaceAll(/\s+/g, ' '))
    if (code !== undefined) return code
    context.issues.push({ code: 'custom', input: typed, message: 'Must be India (IN) or UAE (AE)' })
    return z.NEVER
  })
  .meta({ description: 'ISO code or name of the country.', examples: ['IN', 'India', 'AE', 'UAE'] })
