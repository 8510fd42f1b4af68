import { randomUUIDv7 } from 'node:crypto'
import { ServiceCenterChanged, ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { available } from '@forecourt/platform/machine'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given, json } from '@forecourt/platform/table'
import { schedule } from '@forecourt/platform/timer'
import { transition } from '@forecourt/platform/transition'
import { z } from 'zod'
import {
  Bicycle,
  type BicycleRow,
  ChangeBicycle,
  lifecycle,
  NewBicycle,
  stateOf,
} from './bicycle.ts'
import { countRun, endpoint } from './db.ts'

const sorts = {
  createdAt: 'created_at',
  name: 'name',
  priceMinor: 'price_minor',
  boughtOn: { nullable: 'bought_on' },
}

export const listBicycles = endpoint.list('GET /bicycles', {
  about: 'List bicycles.',
  may: 'customer.read',
  item: Bicycle,
  filters: {
    name: { type: z.string() },
    status: { type: z.string() },
    priceMinor: { type: z.string().regex(/^\d+$/).transform(Number), column: 'price_minor' },
    boughtOn: { type: z.iso.date(), column: 'bought_on' },
    cheap: {
      type: z.stringbool(),
      condition: (eb, [cheap]) =>
        eb('price_minor' as never, cheap === 'true' ? '<' : '>=', 1_000 as never),
    },
  },
  sorts,
  search: ['name', 'color'],
  from: ({ db }) => db.selectFrom('bicycle').selectAll(),
})

export const getBicycle = endpoint('GET /bicycles/:id', {
  about: 'Show a bicycle.',
  may: 'signed_in',
  reads: 'bicycle',
  returns: Bicycle.extend({ available: z.array(z.string()) }),
  async handle({ db, me }, { params }) {
    const row = await db
      .selectFrom('bicycle')
      .selectAll()
      .where('id', '=', params.id)
      .executeTakeFirst()
    if (!row) throw problem('not_found')
    return { ...row, available: available(lifecycle, row, me.may) }
  },
})

export const buyBicycle = endpoint('POST /bicycles', {
  about: 'Buy a bicycle.',
  may: 'customer.update',
  body: NewBicycle,
  returns: Bicycle,
  limits: ({ me }) => [{ key: `bicycle:user:${me.userId}`, count: 1_000, perS: 60 }],
  async handle({ db, me, emit, wrench }, { body: { fault, ...body } }) {
    countRun(`buy:${body.name}`)
    const own = { id: randomUUIDv7(), serviceCenterId: me.centers[0] ?? null, ownerId: me.userId }
    const row = await db
      .insertInto('bicycle')
      .values({ ...startingBicycle, ...given(body), ...own })
      .returningAll()
      .executeTakeFirstOrThrow()
    emit(ServiceCenterOpened, row.version, stateOf(row))
    await wrench.gates.get(body.name)
    if (fault === 'throws_after_emit') throw new Error('The chain came off.')
    return row
  },
})

export const changeBicycle = endpoint('PUT /bicycles/:id', {
  about: 'Change a bicycle.',
  may: 'customer.update',
  body: ChangeBicycle,
  returns: Bicycle,
  async handle(context, { params, body }) {
    const row = await lockRow<BicycleRow>(context, 'bicycle', params.id)
    const changed = await changeRow(context, 'bicycle', row, given(body))
    context.emit(ServiceCenterChanged, changed.version, stateOf(changed))
    return changed
  },
})

export const moveBicycle = endpoint('PUT /bicycles/:id/moves', {
  about: 'Prepare, sell or scrap a bicycle.',
  may: 'customer.update',
  body: z.object({ move: z.enum(['prepare', 'sell', 'scrap']) }),
  returns: Bicycle,
  async handle(context, { params, body: { move } }) {
    return transition(context, lifecycle, {
      ...{ table: 'bicycle', id: params.id, move },
      tell: stateOf,
    })
  },
})

const startingBicycle = {
  status: lifecycle.start,
  priceMinor: 0,
  extras: json({ snake_case: 1 }),
  secretNote: 'kept under the saddle',
}

/** An anonymous person leaves a bicycle, and may look at it by its id. */
export const leaveBicycle = endpoint('POST /found-bicycles', {
  about: 'Leave a found bicycle.',
  may: 'public',
  body: z.object({ name: z.string() }),
  returns: z.object({ id: z.string() }),
  async handle({ db }, { body }) {
    const id = randomUUIDv7()
    await db
      .insertInto('bicycle')
      .values({ ...startingBicycle, id, name: body.name })
      .execute()
    return { id }
  },
})

export const seeFoundBicycle = endpoint('GET /found-bicycles/:id', {
  about: 'See a found bicycle.',
  may: 'public',
  returns: z.object({ id: z.string(), name: z.string() }),
  async handle({ db }, { params }) {
    const row = await db.selectFrom('bicycle').selectAll().executeTakeFirst()
    if (row?.id !== params.id) throw problem('not_found')
    return row
  },
})

export const scheduleChime = endpoint('POST /chimes', {
  about: 'Let a bell ring at a time.',
  may: 'customer.update',
  body: z.object({ subject: z.uuid(), dueAt: z.string() }),
  returns: z.object({ subject: z.string() }),
  async handle(context, { body }) {
    await schedule(context, 'chime', body.subject, body.dueAt)
    return { subject: body.subject }
  },
})
