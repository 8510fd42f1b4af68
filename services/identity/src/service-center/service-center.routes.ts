import { Moment } from '@forecourt/platform/moment'
import { problem } from '@forecourt/platform/problem'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import {
  changeCenter,
  insertServiceCenter,
  refuseUnknownManager,
  selectServiceCenters,
} from './service-center.queries.ts'
import {
  ChangeServiceCenter,
  OpenServiceCenter,
  ServiceCenter,
  shownServiceCenter,
} from './service-center.ts'

export const listServiceCenters = endpoint.list('GET /admin/service-centers', {
  about: 'List service centers.',
  may: 'service_center.read',
  item: ServiceCenter,
  filters: {
    code: { type: z.string() },
    city: { type: z.string() },
    state: { type: z.string() },
    isActive: { type: z.stringbool() },
    createdAt: { type: Moment },
  },
  sorts: { createdAt: 'created_at', name: 'name', code: 'code' },
  search: ['name', 'code', 'city'],
  from: ({ db }) => selectServiceCenters(db),
  row: shownServiceCenter,
})

export const getServiceCenter = endpoint('GET /admin/service-centers/:id', {
  about: 'Show one service center.',
  may: 'service_center.read',
  returns: ServiceCenter,
  async handle({ db }, { params }) {
    const center = await selectServiceCenters(db).where('id', '=', params.id).executeTakeFirst()
    if (!center) throw problem('not_found')
    return shownServiceCenter(center)
  },
})

export const openServiceCenter = endpoint('POST /admin/service-centers', {
  about: 'Open a service center.',
  may: 'service_center.create',
  message: 'Service center opened',
  body: OpenServiceCenter,
  returns: ServiceCenter,
  async handle(context, { body }) {
    await refuseUnknownManager(context.db, body.managerId)
    return shownServiceCenter(await insertServiceCenter(context, body))
  },
})

export const changeServiceCenter = endpoint('PUT /admin/service-centers/:id', {
  about: 'Change a service center.',
  may: 'service_center.update',
  message: 'Service center changed',
  body: ChangeServiceCenter,
  returns: ServiceCenter,
  handle: async (context, { params, body }) =>
    shownServiceCenter(await changeCenter(context, params.id, body)),
})
