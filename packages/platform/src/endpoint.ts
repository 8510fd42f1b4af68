import type { ErrorReason } from '@forecourt/contracts/errors'
import type { Permission } from '@forecourt/contracts/permissions'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Budget } from './limit.ts'
import type { Log } from './log.ts'
import type { Me } from './me.ts'
import type { Emit } from './outbox.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
export type Signature = `${Method} /${string}`

/** `{ id: string }` for `PUT /service-centers/:id`. */
export type PathParams<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { [Key in Name]: string } & PathParams<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { [Key in Name]: string }
    : unknown

/** Who may ask: the holders of one permission, everybody who is signed in, or anybody. */
export type May = Permission | 'signed_in' | 'public'

/** What a handler is given. Reads get a `db` that only reads, writes one transaction. */
export interface Context<Tables> {
  db: Kysely<Tables>
  me: Me
  /** The moment of the request, ISO 8601 UTC. What expires is judged by the database's clock. */
  now: string
  /** The caller's address, the program that asks as it calls itself, and the request's id. */
  address: string
  userAgent: string | null
  requestId: string
  /** The version that the caller expects (`If-Match`), when it said one. */
  expectedVersion: number | undefined
  emit: Emit
  /** Tells the audit line what the thing was before the change. */
  was(before: object): void
  /** Tells the audit line who it was, where the request itself proves that. */
  proved(who: Pick<Me, 'userId' | 'roles' | 'centers'>): void
  /** Answers this in the place of the endpoint's message. */
  say(message: string): void
  log: Log
}

interface Input<Path extends string, Body extends z.ZodType, Query extends z.ZodType, Before> {
  params: PathParams<Path>
  body: z.output<Body>
  query: z.output<Query>
  before: Before
}

// A conditional type, so that literals in an answer keep their type without `as const`.
type Handle<Given, Taken, Returns extends z.ZodType> = Returns extends z.ZodType
  ? (context: Given, input: Taken) => Promise<z.input<Returns>>
  : never

export interface Declared<Body extends z.ZodType, Query extends z.ZodType> {
  about: string
  may: May
  body?: Body
  query?: Query
  /** What the person reads on success. */
  message?: string
  status?: 200 | 201 | 202
  /** `system`: the house acts for an anonymous person, over rows that person may not see. */
  acts?: 'system'
  /** Answers that hold tokens or codes are never stored; a public one looks at no token. */
  answers?: 'tokens'
  /** The fields of the data stand at the top level of the envelope too. */
  flat?: true
  /** The noun of one person's data, when staff reads it: leaves a `read` line in the audit. */
  reads?: string
  /** What the audit tells: refusals alone, of what a machine reports; a secret answer's deed. */
  audits?: 'refusals' | 'deed'
  /** Faults are told as a list of `{ field, message }`, where the requirement has them so. */
  errors?: 'list'
  /** The reason that a faulty body is told, where the requirement has words of its own for it. */
  invalid?: ErrorReason
}

export interface Handled<
  Tables,
  Means,
  Path extends string,
  Body extends z.ZodType,
  Query extends z.ZodType,
  Returns extends z.ZodType,
  Before,
> extends Declared<Body, Query> {
  returns: Returns
  /** What the request costs; `db` only reads, as much as the caller may see. */
  limits?: (
    who: Means & { db: Kysely<Tables>; me: Me; address: string },
    input: { params: PathParams<Path>; body: z.output<Body> },
  ) => Budget[] | Promise<Budget[]>
  /** Work that must not wait inside the transaction, or must be kept when it is rolled back. */
  before?: (
    context: Context<Tables> & Means,
    input: Omit<Input<Path, Body, Query, Before>, 'before'>,
  ) => Promise<Before>
  handle: Handle<Context<Tables> & Means, Input<Path, Body, Query, Before>, Returns>
}

/** What the road sees of an endpoint, whatever its types were. */
export interface Endpoint {
  kind: 'one' | 'list' | 'raw'
  method: Method
  path: string
  about: string
  /** Where one path has several meanings, the body decides who may ask. */
  may: May | ByBody
  body: z.ZodType | undefined
  /** The fields of a multipart form, which the handler reads by itself. */
  form?: z.ZodType | undefined
  query: z.ZodType | undefined
  returns: z.ZodType
  message: string
  status: number
  acts: 'system' | undefined
  answers: 'tokens' | undefined
  flat: true | undefined
  reads: string | undefined
  audits: 'refusals' | 'deed' | undefined
  errors: 'list' | undefined
  invalid: ErrorReason | undefined
  limits: ((who: never, input: never) => Budget[] | Promise<Budget[]>) | undefined
  before: ((context: never, input: never) => Promise<unknown>) | undefined
  handle: (context: never, input: never) => Promise<unknown>
}

/** An endpoint of one meaning, which is what a request travels to. */
export type Meant = Endpoint & { may: May }

/** One of the meanings that a path has. */
export interface Choice {
  /** Judges the body as it came, unchecked; `{}` for one that is no object. */
  when: (body: Record<string, unknown>) => boolean
  /** What is meant then, with its own permission, fields, status and words. */
  is: Meant
}

/** Who may ask is decided by the body; the first choice that fits it is meant, else the last. */
export interface ByBody {
  choices: readonly [Choice, ...Choice[]]
}
