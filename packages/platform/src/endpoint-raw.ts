import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Context, May } from './endpoint.ts'
import type { Budget } from './limit.ts'
import type { Me } from './me.ts'

/** What a raw endpoint is given: the stream itself, and a way to open its transaction later. */
export interface RawContext<Tables, Means> {
  request: FastifyRequest
  reply: FastifyReply
  /** Runs `work` as one write of the road, or one read on a GET, with all it entails. */
  transact<Result>(work: (context: Context<Tables> & Means) => Promise<Result>): Promise<Result>
  read: Context<Tables> & Means
}

export interface RawDeclared<Tables, Means> {
  about: string
  may: May
  acts?: 'system'
  reads?: string
  audits?: 'refusals'
  /** The fields of a multipart form, for the document; the handler reads and judges the stream. */
  form?: z.ZodType
  /** Shape of a JSON answer, or nothing for a stream. */
  returns?: z.ZodType
  message?: string
  status?: 200 | 201
  limits?: (who: { me: Me; address: string }) => Budget[]
  /** Resolves with the data of the envelope, or with the reply after it has sent by itself. */
  handle: (context: RawContext<Tables, Means>, params: Record<string, string>) => Promise<unknown>
}
