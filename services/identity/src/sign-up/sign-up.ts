import { Email } from '@forecourt/contracts/email'
import { E164, Phone } from '@forecourt/contracts/phone'
import { TypedCode, typedText } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { NewPassword } from '../user/password.ts'

/** A person who wants an account; what was typed lies sealed until the phone is proved. */
export const SignUpRow = z.object({
  id: z.uuid(),
  phoneIndex: z.string(),
  form: z.string(),
  codeSentAt: z.string(),
})
export type SignUpRow = z.infer<typeof SignUpRow>

/** How the code of a sign-up behaves; five minutes and three tries are the requirement's. */
export const signUpCode = {
  purpose: 'sign-up',
  length: 6,
  lifeS: 300,
  tries: 3,
}

export const AskToSignUp = z.object({
  name: typedText('Name')
    .trim()
    .min(1, 'Name is required')
    .max(100, 'Name is too long')
    .describe('The full name.'),
  email: Email.describe('Signs in as well as the phone does.'),
  phone: Phone,
  password: NewPassword.describe('8 characters or more, among them a letter and a digit.'),
})
export type AskToSignUp = z.output<typeof AskToSignUp>

export const PresentCode = z.object({
  phone: Phone,
  otp: TypedCode.describe('The code that was sent to the phone.'),
})

export const AskForCode = z.object({ phone: Phone })

/** The answer to whoever gets a code. */
export const CodeSent = z
  .object({
    phone: E164.describe('The phone that the code was sent to.'),
    otp_for_testing: z.string().optional().describe('The code, on a developer’s machine only.'),
  })
  .meta({ id: 'SignUpCodeSent' })

export const SignedUp = z
  .object({ customerId: z.uuid().describe('The account, which is the customer everywhere.') })
  .meta({ id: 'SignedUp' })

/** What is kept until the code is proved. */
export interface SignUpForm {
  name: string
  email: string
  phone: string
  passwordHash: string
}

/** The one text of a form that its code proves. */
export function canonicalText({ name, email, phone, passwordHash }: SignUpForm): string {
  return JSON.stringify([name, email, phone, passwordHash])
}
