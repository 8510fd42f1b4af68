import { z } from 'zod'
import type { Declared, Handled, Meant, Method, Signature } from './endpoint.ts'
import type { RawDeclared } from './endpoint-raw.ts'

/** Declares one endpoint: `endpoint('PUT /admin/service-centers/:id', { … })`. */
export function declareEndpoint<
  Tables,
  Means,
  const Path extends Signature,
  Body extends z.ZodType,
  Query extends z.ZodType,
  Returns extends z.ZodType,
  Before,
>(signature: Path, declared: Handled<Tables, Means, Path, Body, Query, Returns, Before>): Meant {
  return { ...withDefaults(signature, declared), kind: 'one', returns: declared.returns }
}

/** For streams and webhooks only; a test counts its uses. */
export function declareRaw<Tables, Means>(
  signature: Signature,
  declared: RawDeclared<Tables, Means>,
): Meant {
  return {
    ...withDefaults(signature, declared),
    kind: 'raw',
    form: declared.form,
    returns: declared.returns ?? z.unknown(),
  }
}

interface AnyDeclared extends Declared<z.ZodType, z.ZodType> {
  limits?: unknown
  before?: unknown
  handle: unknown
}

/** Fills what was left out, and forgets the types that only the declaration needed. */
export function withDefaults(signature: Signature, declared: AnyDeclared) {
  const [method, path] = signature.split(' ') as [Method, string]
  return {
    method,
    path,
    about: declared.about,
    may: declared.may,
    body: declared.body,
    query: declared.query,
    message: declared.message ?? 'OK',
    status: declared.status ?? (method === 'POST' ? 201 : 200),
    acts: declared.acts,
    answers: declared.answers,
    flat: declared.flat,
    reads: declared.reads,
    audits: declared.audits,
    errors: declared.errors,
    invalid: declared.invalid,
    limits: declared.limits as Meant['limits'],
    before: declared.before as Meant['before'],
    handle: declared.handle as Meant['handle'],
  }
}
