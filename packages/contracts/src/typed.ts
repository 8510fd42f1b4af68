import { z } from 'zod'

/** A field of a form that must be filled in with text; whoever left it out is told so. */
export function typedText(label: string) {
  return z.string({
    error: ({ input }) =>
      input === undefined || input === null ? `${label} is required` : `${label} must be text`,
  })
}

/** A one-time password in a body, as its owner types or pastes it. */
export const TypedCode = typedText('The code')
  .trim()
  .min(1, { error: 'Enter the code', abort: true })
  .regex(/^[0-9]{6}$/, 'The code has 6 digits')

/** A field that a form sends empty where nothing was typed. */
export function unlessBlank<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((typed) => (typed === '' ? undefined : typed), schema)
}

/** An optional field that a form sends empty where there is nothing, or nothing any more. */
export function orNothing<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((typed) => (typed === '' ? null : typed), schema.nullish())
}
