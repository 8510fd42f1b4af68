import { problem } from '@forecourt/platform/problem'
import { lockRow } from '@forecourt/platform/row'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { refuseForeignCard } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import { applyDone, applyNamed, updatesOf } from './component-work.queries.ts'
import { ApplyComponentWork, ComponentUpdate } from './component-work.ts'

const working = new Set(['in_progress', 'waiting_parts', 'waiting_customer_approval'])

export const showComponentWork = endpoint('GET /workshop/job-cards/:id/graphical-update', {
  about: "Show what a job card changes on the vehicle's components; it changes nothing.",
  may: 'job_card.read',
  returns: z.array(ComponentUpdate),
  async handle({ db }, { params }) {
    const cards = db.selectFrom('jobCard').selectAll().where('id', '=', params.id)
    const card = await cards.executeTakeFirst()
    if (!card) throw problem('not_found')
    return updatesOf(db, card)
  },
})

export const applyComponentWork = endpoint('PUT /workshop/job-cards/:id/graphical-update', {
  about: "Bring what is done, or what is named, to the vehicle's components; each step once.",
  may: 'job_card.work',
  message: 'Vehicle components updated',
  body: ApplyComponentWork,
  returns: z.array(ComponentUpdate),
  async handle(context, { params, body: { components } }) {
    const card = await lockRow<JobCardRow>(context, 'jobCard', params.id)
    if (!working.has(card.status)) throw problem('state_forbids', { status: card.status })
    refuseForeignCard(context.me, card)
    await (components ? applyNamed(context, card, components) : applyDone(context, card))
    return updatesOf(context.db, card)
  },
})
