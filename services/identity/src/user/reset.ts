import { PhoneOfAccount } from '@forecourt/contracts/phone'
import { TypedCode } from '@forecourt/contracts/typed'
import { z } from 'zod'
import { NewPassword, TypedPassword } from './password.ts'
import { oneContact } from './user.ts'

/** A link that was sent to whoever forgot a password; used up, it is no more. */
export const PasswordResetRow = z.object({
  id: z.uuid(),
  tokenHash: z.string(),
  emailIndex: z.string(),
  /** Null for a stranger, to whom nothing was sent. */
  userId: z.uuid().nullable(),
  expiresAt: z.string(),
  createdAt: z.string(),
})
export type PasswordResetRow = z.infer<typeof PasswordResetRow>

/** A link lives an hour. */
export const RESET_LIFE_S = 3_600

export const resetCode = {
  purpose: 'password_reset',
  length: 6,
  lifeS: 600,
  tries: 3,
}

export const ForgotPassword = z
  .object(oneContact)
  .refine(({ email, phone }) => (email === undefined) !== (phone === undefined), {
    path: ['email'],
    message: 'Give either the e-mail address or the phone number',
  })
export type ForgotPassword = z.infer<typeof ForgotPassword>

/** The token of the link, or the phone with the code that was sent to it. */
export const ResetPassword = z
  .object({
    token: z.string().min(1, 'Token is required').max(512).optional(),
    phone: PhoneOfAccount.optional(),
    otp: TypedCode.optional(),
    password: NewPassword,
  })
  .refine(
    ({ token, phone, otp }) =>
      token === undefined
        ? phone !== undefined && otp !== undefined
        : phone === undefined && otp === undefined,
    { path: ['token'], message: 'Give either the token, or the phone number and its OTP' },
  )
export type ResetPassword = z.infer<typeof ResetPassword>

export const ChangePassword = z
  .object({ currentPassword: TypedPassword, newPassword: NewPassword })
  .refine(({ currentPassword, newPassword }) => currentPassword !== newPassword, {
    path: ['newPassword'],
    message: 'Must differ from the current password',
  })
export type ChangePassword = z.infer<typeof ChangePassword>
