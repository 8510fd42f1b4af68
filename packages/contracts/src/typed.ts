import { z } from 'zod'

/** A field of a form that must be filled in with text; whoever left it out is told so. */
export function typedText(label: string) {
  return z.string({
    error: ({ input }) =>
      input === undefined || input === null ? `${label} is required` : `${label} must be text`,
  })
}
