import { serviceNames } from '@forecourt/contracts/service-name'
import { z } from 'zod'
import { Broken, Place } from './audit-chain.ts'

const MOST_LINES = 200_000

/** What to check: all chains from their beginning, one chain, or one from a place that is known. */
export const VerifyQuery = z
  .strictObject({
    service: z.enum(serviceNames).optional(),
    sequence: z.coerce.number().int().min(0).optional(),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'Must be 64 hexadecimal digits')
      .optional(),
    /** Lines to check at most. */
    limit: z.coerce.number().int().min(1).max(MOST_LINES).default(50_000),
  })
  .refine(
    ({ service, sequence, hash }) =>
      (sequence === undefined) === (hash === undefined) && (hash === undefined || service),
    { message: 'A place is a service, a sequence and a hash', path: ['sequence'] },
  )
export type VerifyQuery = z.infer<typeof VerifyQuery>

export const ChainReport = z
  .object({
    service: z.string(),
    /** The place behind which was checked; sequence 0 is the beginning. */
    from: Place,
    /** Lines that were checked and found whole. */
    lines: z.number().int(),
    firstBroken: Broken.nullable(),
    /** Where the chain ends. Whoever notes it elsewhere can ask for it later. */
    head: Place,
    /** Where to go on, when the limit came before the end. */
    next: Place.nullable(),
  })
  .meta({ id: 'AuditChainReport' })
export type ChainReport = z.infer<typeof ChainReport>

export const Verification = z
  .object({
    /** Nothing that was checked is broken. */
    valid: z.boolean(),
    /** Every chain that was asked for was checked to its end. */
    complete: z.boolean(),
    chains: z.array(ChainReport),
  })
  .meta({ id: 'AuditVerification' })

export function verificationOf(chains: ChainReport[]): z.infer<typeof Verification> {
  return {
    valid: chains.every(({ firstBroken }) => firstBroken === null),
    complete: chains.every(({ next }) => next === null),
    chains,
  }
}
