import { z } from 'zod'

/** What administrators decide for the whole dealer group while everything runs. */
interface Setting<Type extends z.ZodType> {
  about: string
  type: Type
  /** What counts until somebody decides otherwise. */
  default: z.output<Type>
}

/** Every setting there is; each acts where `settingOf` names it. */
export const settings = {
  mfaRequiredForRoles: setting({
    about:
      'Roles whose people sign in with a second factor only; without one they can but set it up.',
    type: z.array(z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, 'Must be a role')).max(50),
    default: [],
  }),
  customerLinkHours: setting({
    about: 'How many hours a link lives that is sent to a customer: for an approval, or feedback.',
    type: whole(1, 720),
    default: 72,
  }),
  deliveryNeedsPayment: setting({
    about: 'Whether a vehicle is handed over only once its invoice is paid.',
    type: z.boolean(),
    default: false,
  }),
  invoiceDueDays: setting({
    about: 'How many days after its issue an invoice is due, where its draft names no day.',
    type: whole(0, 365),
    default: 15,
  }),
  invoiceRoundOff: setting({
    about: 'Whether totals of invoices are rounded to whole units of the currency, as a line.',
    type: z.boolean(),
    default: false,
  }),
  quietHours: setting({
    about: 'Hours of a center’s day in which offers rest, such as 21:00-09:00; empty: never.',
    type: z
      .string()
      .regex(
        /^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
        'Must be two times such as 21:00-09:00, or empty',
      )
      .refine((hours) => hours === '' || hours.slice(0, 5) !== hours.slice(6), {
        error: 'Must be two different times',
      }),
    default: '',
  }),
  defaultReorderPoint: setting({
    about: 'Where buying begins for an item that is added without a reorder point; null: nowhere.',
    type: z.number().min(0).max(1_000_000).multipleOf(0.001).nullable(),
    default: null,
  }),
  customerLookupsPerHour: setting({
    about: 'How many customers of other centers one person may look up in an hour.',
    type: whole(1, 1_000),
    default: 30,
  }),
  unverifiedRegistrationDays: setting({
    about: 'After how many days a registration is deleted whose code nobody has proved.',
    type: whole(1, 365),
    default: 30,
  }),
}

export type SettingName = keyof typeof settings
export type SettingValue<Name extends SettingName> = z.output<(typeof settings)[Name]['type']>
export type SettingValues = { [Name in SettingName]: SettingValue<Name> }

/** Answers what counts at this moment, from memory. */
export type SettingOf = <Name extends SettingName>(name: Name) => SettingValue<Name>

/** A setting for whoever goes over all of them: the exact types cost the compiler minutes. */
interface AnySetting {
  about: string
  type: z.ZodType
  default: unknown
}
export const anySettings = settings as unknown as Record<SettingName, AnySetting>

export const settingNames = Object.keys(settings) as SettingName[]

function setting<Type extends z.ZodType>(declared: Setting<Type>): Setting<Type> {
  return declared
}

function whole(least: number, most: number) {
  return z.number().int().min(least).max(most)
}
