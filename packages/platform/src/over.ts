import { declareByBody } from './by-body.ts'
import { consumer, on, type Consumer, type EventContext, type Subscription } from './consumer.ts'
import { declareEndpoint, declareRaw } from './declare.ts'
import type { Choice, Endpoint, Handled, Meant, Signature } from './endpoint.ts'
import type { RawDeclared } from './endpoint-raw.ts'
import type { DataOf, EventContract } from '@forecourt/contracts/event'
import type { z } from 'zod'
import type { Job } from './job.ts'
import { declareList, type ListDeclared } from './list.ts'
import { replica } from './replica.ts'
import type { Timer } from './timer.ts'

/**
 * The words of the road, typed for one service: its tables, and the means its handlers are given.
 * Called once, in the service's `db.ts`.
 */
export function roadOver<Tables, Means = object>() {
  function endpoint<
    const Path extends Signature,
    Returns extends z.ZodType,
    Body extends z.ZodType = z.ZodUndefined,
    Query extends z.ZodType = z.ZodUndefined,
    Before = undefined,
  >(path: Path, declared: Handled<Tables, Means, Path, Body, Query, Returns, Before>): Meant {
    return declareEndpoint(path, declared)
  }
  endpoint.list = <Item extends z.ZodType, Row>(
    path: Signature,
    declared: ListDeclared<Tables, Means, Item, Row>,
  ): Endpoint => declareList(path, declared)
  endpoint.raw = (path: Signature, declared: RawDeclared<Tables, Means>): Endpoint =>
    declareRaw(path, declared)
  endpoint.byBody = (
    path: Signature,
    about: string,
    choices: readonly [Choice, ...Choice[]],
  ): Endpoint => declareByBody(path, about, choices)

  return {
    endpoint,
    consumer: (
      purpose: string,
      subscriptions: Subscription<Tables, Means>[],
    ): Consumer<Tables, Means> => consumer(purpose, subscriptions),
    on: <Contract extends EventContract>(
      contract: Contract,
      handle: (context: EventContext<Tables> & Means, data: DataOf<Contract>) => Promise<void>,
    ) => on<Tables, Means, Contract>(contract, handle),
    replica: <Contract extends EventContract>(
      table: string & keyof Tables,
      contracts: readonly Contract[],
      row: (data: DataOf<Contract>, means: Means) => Record<string, unknown>,
    ) => replica<Tables, Means, Contract>(table, contracts, row),
    timer: (declared: Timer<Tables, Means>): Timer<Tables, Means> => declared,
    job: (declared: Job<Tables, Means>): Job<Tables, Means> => declared,
  }
}
