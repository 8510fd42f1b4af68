import { z } from 'zod'
import { Channel } from './message.ts'

/**
 * What goes wrong, told for Twilio / for SMTP. A caller sees a closed connection (`refuse`), 500 /
 * 451 (`error-500`), 429 with Retry-After / 450 (`rate-limit-429`), no answer to a message that was
 * kept (`accept-then-hang`) or that was not (`hang`).
 */
export const FaultMode = z.enum([
  'refuse',
  'error-500',
  'rate-limit-429',
  'accept-then-hang',
  'hang',
])
export type FaultMode = z.infer<typeof FaultMode>

/** `count` requests go wrong: those that send, or those that look a sent message up. */
export const Fault = z
  .strictObject({
    channel: Channel.optional(),
    mode: FaultMode,
    count: z.int().min(1).max(1_000_000).default(1),
    on: z.enum(['send', 'lookup']).default('send'),
  })
  .refine(({ mode, on }) => mode !== 'accept-then-hang' || on === 'send', {
    message: 'a look-up accepts nothing; use "hang"',
  })
export type Fault = z.infer<typeof Fault>

/** The faults still to happen, the oldest first. */
export class FaultBoard {
  #faults: Fault[] = []

  add(fault: Fault): void {
    this.#faults.push({ ...fault })
  }

  list(): Fault[] {
    return this.#faults.map((fault) => ({ ...fault }))
  }

  clear(): void {
    this.#faults = []
  }

  /** Uses up one count of the first fault that fits; without a channel only a general one does. */
  take(on: Fault['on'], channel: Channel | undefined): FaultMode | undefined {
    const fault = this.#faults.find(
      (fault) => fault.on === on && (fault.channel === undefined || fault.channel === channel),
    )
    if (!fault) return undefined
    fault.count -= 1
    if (fault.count === 0) this.#faults = this.#faults.filter((other) => other !== fault)
    return fault.mode
  }
}
