import { ServiceRequestChanged } from '@forecourt/contracts/workshop-events'
import { Moment } from '@forecourt/platform/moment'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { transition } from '@forecourt/platform/transition'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import {
  insertServiceRequest,
  lifecycle,
  oneServiceRequest,
  partiesOf,
  sealedAddress,
  selectServiceRequests,
  shownServiceRequest,
  tell,
} from './service-request.queries.ts'
import {
  AgreeDay,
  ApproveServiceRequest,
  ChangeServiceRequest,
  columnsOf,
  OpenServiceRequest,
  Refuse,
  ServiceRequest,
  stateOf,
  type ServiceRequestRow,
} from './service-request.ts'

const table = 'serviceRequest'
const kinds = ServiceRequest.shape
const id = { type: z.uuid() }
const sorts = {
  createdAt: 'created_at',
  preferredDate: { nullable: 'preferred_date' },
  priority: 'priority',
}

export const listServiceRequests = endpoint.list('GET /workshop/service-requests', {
  about: 'List service requests.',
  may: 'service_request.read',
  item: ServiceRequest,
  filters: {
    status: { type: z.enum(lifecycle.states) },
    priority: { type: kinds.priority },
    requestType: { type: kinds.requestType },
    serviceType: { type: kinds.serviceType },
    serviceLocation: { type: kinds.serviceLocation },
    ...{ customerId: id, vehicleId: id, serviceCenterId: id },
    createdAt: { type: Moment },
  },
  own: 'customer_id',
  sorts,
  search: ['request_number'],
  from: ({ db }) => selectServiceRequests(db),
  row: shownServiceRequest,
})

export const getServiceRequest = endpoint('GET /workshop/service-requests/:id', {
  about: 'Show one service request.',
  may: 'service_request.read',
  reads: 'service_request',
  returns: ServiceRequest,
  handle: (context, { params }) => oneServiceRequest(context, params.id),
})

export const openServiceRequest = endpoint('POST /workshop/service-requests', {
  about: 'Ask for work on the vehicle of a customer.',
  may: 'service_request.create',
  message: 'Service request created',
  body: OpenServiceRequest,
  returns: ServiceRequest,
  before: partiesOf,
  async handle(context, { body, before }) {
    const { id } = await insertServiceRequest(context, body, before)
    return oneServiceRequest(context, id)
  },
})

export const changeServiceRequest = endpoint('PUT /workshop/service-requests/:id', {
  about: 'Change the particulars of a service request that is not under way yet.',
  may: 'service_request.update',
  message: 'Service request updated',
  body: ChangeServiceRequest,
  returns: ServiceRequest,
  async handle(context, { params, body }) {
    const before = await lockRow<ServiceRequestRow>(context, table, params.id)
    const isOpen = lifecycle.moves.cancel.from.some((state) => state === before.status)
    if (!isOpen) throw problem('state_forbids', { status: before.status })
    const address = sealedAddress(context, params.id, body.address)
    const changes = given({ ...columnsOf(body), address })
    const request = await changeRow(context, table, before, changes)
    tell(context.emit, ServiceRequestChanged, request)
    return oneServiceRequest(context, params.id)
  },
})

export const approveServiceRequest = endpoint('PUT /workshop/service-requests/:id/approve', {
  about: 'Approve a service request; with a day it is scheduled too.',
  may: 'service_request.approve',
  message: 'Service request approved',
  body: ApproveServiceRequest,
  returns: ServiceRequest,
  async handle(context, { params: { id }, body }) {
    const work = () => Promise.resolve({ approvedBy: context.me.userId })
    const step = { table, id, tell: stateOf }
    await transition(context, lifecycle, { ...step, move: 'approve', work })
    if (body.scheduledDate) {
      const again = { ...context, expectedVersion: undefined, was: () => undefined }
      const agreed = () => Promise.resolve(given(body))
      await transition(again, lifecycle, { ...step, move: 'schedule', work: agreed })
    }
    return oneServiceRequest(context, id)
  },
})

export const scheduleServiceRequest = endpoint('PUT /workshop/service-requests/:id/schedule', {
  about: 'Agree on a day for an approved service request, or on another one.',
  may: 'service_request.update',
  message: 'Service request scheduled',
  body: AgreeDay,
  returns: ServiceRequest,
  async handle(context, { params: { id }, body }) {
    const work = () => Promise.resolve(given(body))
    await transition(context, lifecycle, { table, id, move: 'schedule', work, tell: stateOf })
    return oneServiceRequest(context, id)
  },
})

export const rejectServiceRequest = endpoint('PUT /workshop/service-requests/:id/reject', {
  about: 'Reject a service request, and say why.',
  may: 'service_request.approve',
  message: 'Service request rejected',
  body: Refuse,
  returns: ServiceRequest,
  async handle(context, { params: { id }, body }) {
    const work = () => Promise.resolve(body)
    await transition(context, lifecycle, { table, id, move: 'reject', work, tell: stateOf })
    return oneServiceRequest(context, id)
  },
})

export const cancelServiceRequest = endpoint('PUT /workshop/service-requests/:id/cancel', {
  about: 'Call a service request off, and say why.',
  may: 'service_request.cancel',
  message: 'Service request cancelled',
  body: Refuse,
  returns: ServiceRequest,
  async handle(context, { params: { id }, body }) {
    const work = () => Promise.resolve(body)
    await transition(context, lifecycle, { table, id, move: 'cancel', work, tell: stateOf })
    return oneServiceRequest(context, id)
  },
})
