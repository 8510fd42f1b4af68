import { JobCardChanged } from '@forecourt/contracts/workshop-events'
import { Moment } from '@forecourt/platform/moment'
import { lockRow, changeRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { reserveMissing } from '../parts-request/at-completion.queries.ts'
import { Refuse } from '../service-request/service-request.ts'
import { JobCard } from './card-answer.ts'
import {
  lifecycle,
  oneJobCard,
  refuseForeignCard,
  selectJobCards,
  shownCard,
  tell,
} from './job-card.queries.ts'
import {
  AssignEngineer,
  ChangeJobCard,
  CompleteJobCard,
  InspectVehicle,
  OpenJobCard,
  type JobCardRow,
} from './job-card.ts'
import {
  assign,
  cancel,
  complete,
  deliver,
  inspect,
  keepSteps,
  start,
  type Moving,
} from './moves.queries.ts'
import { insertJobCard } from './open.queries.ts'

const id = { type: z.uuid() }
const sorts = {
  createdAt: 'created_at',
  jobCardNumber: 'job_card_number',
  completedAt: { nullable: 'completed_at' },
}

export const listJobCards = endpoint.list('GET /workshop/job-cards', {
  about: 'List job cards.',
  may: 'job_card.read',
  item: JobCard,
  filters: {
    status: { type: z.enum(lifecycle.states) },
    ...{ assignedEngineer: id, serviceRequestId: id },
    ...{ customerId: id, vehicleId: id, serviceCenterId: id },
    paymentStatus: { type: z.string() },
    createdAt: { type: Moment },
  },
  own: 'customer_id',
  sorts,
  search: ['job_card_number'],
  from: ({ db }) => selectJobCards(db),
  row: shownCard,
})

export const getJobCard = endpoint('GET /workshop/job-cards/:id', {
  about: 'Show one job card with its steps and parts.',
  may: 'job_card.read',
  reads: 'job_card',
  returns: JobCard,
  handle: (context, { params }) => oneJobCard(context, params.id),
})

export const openJobCard = endpoint('POST /workshop/job-cards', {
  about: 'Open the job card of an approved service request.',
  may: 'job_card.create',
  message: 'Job card created',
  body: OpenJobCard,
  returns: JobCard,
  async handle(context, { body }) {
    const id = await insertJobCard(context, body.serviceRequestId, body.services)
    return oneJobCard(context, id)
  },
})

export const changeJobCard = endpoint('PUT /workshop/job-cards/:id', {
  about: 'Keep notes, and how the steps of the job stand.',
  may: 'job_card.update',
  message: 'Job card updated',
  body: ChangeJobCard,
  returns: JobCard,
  async handle(context, { params: { id }, body: { services = [], ...notes } }) {
    const before = await lockRow<JobCardRow>(context, 'jobCard', id)
    if (services.length > 0) refuseForeignCard(context.me, before)
    await keepSteps(context, before, services)
    const card = await changeRow(context, 'jobCard', before, given(notes))
    await tell(context, JobCardChanged, card)
    return oneJobCard(context, id)
  },
})

export const inspectVehicle = endpoint('PUT /workshop/job-cards/:id/pre-inspection', {
  about: 'Keep what was seen of the vehicle before the work.',
  may: 'job_card.update',
  message: 'Pre-service inspection recorded',
  body: InspectVehicle,
  returns: JobCard,
  handle: answeringCard(inspect),
})

export const assignJobCard = endpoint('PUT /workshop/job-cards/:id/assign', {
  about: 'Assign an engineer of the center to a job card.',
  may: 'job_card.assign',
  message: 'Engineer assigned',
  body: AssignEngineer,
  returns: JobCard,
  handle: answeringCard(assign),
})

export const startJobCard = endpoint('PUT /workshop/job-cards/:id/start', {
  about: 'Begin the work; only who it is assigned to, or a manager.',
  may: 'job_card.work',
  message: 'Work started',
  returns: JobCard,
  handle: answeringCard(start),
})

export const completeJobCard = endpoint('PUT /workshop/job-cards/:id/complete', {
  about: 'End the work: what was used leaves stock, and an invoice is drafted.',
  may: 'job_card.work',
  message: 'Job card completed',
  body: CompleteJobCard,
  returns: JobCard,
  before: reserveMissing,
  handle: answeringCard(complete),
})

export const deliverVehicle = endpoint('PUT /workshop/job-cards/:id/deliver', {
  about: 'Hand the vehicle over to its customer.',
  may: 'job_card.deliver',
  message: 'Vehicle delivered',
  returns: JobCard,
  handle: answeringCard(deliver),
})

export const cancelJobCard = endpoint('PUT /workshop/job-cards/:id/cancel', {
  about: 'Call a job card off; its parts go back to stock.',
  may: 'job_card.deliver',
  message: 'Job card cancelled',
  body: Refuse,
  returns: JobCard,
  handle: answeringCard(cancel),
})

/** Carries a move out, and answers the card as it is then. */
function answeringCard<Body>(move: (context: Moving, id: string, body: Body) => Promise<void>) {
  return async (context: Moving, { params, body }: { params: { id: string }; body: Body }) => {
    await move(context, params.id, body)
    return oneJobCard(context, params.id)
  }
}
