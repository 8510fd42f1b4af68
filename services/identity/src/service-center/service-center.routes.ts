import { ServiceCenterChanged } from '@forecourt/contracts/identity-events'
import { Moment } from '@forecourt/platform/moment'
import { problem } from '@forecourt/platform/problem'
import { changeRow, lockRow } from '@forecourt/platform/row'
import { given } from '@forecourt/platform/table'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import {
  insertServiceCenter,
  selectServiceCenters,
  stateOf,
  writeZone,
} from './service-center.queries.ts'
import {
  ChangeServiceCenter,
  OpenServiceCenter,
  ServiceCenter,
  shownServiceCenter,
  type ServiceCenterRow,
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
  handle: async (context, { body }) => shownServiceCenter(await insertServiceCenter(context, body)),
})

export const changeServiceCenter = endpoint('PUT /admin/service-centers/:id', {
  about: 'Change a service center.',
  may: 'service_center.update',
  message: 'Service center changed',
  body: ChangeServiceCenter,
  returns: ServiceCenter,
  async handle(context, { params, body: { pinPrefixes, ...changes } }) {
    const { db, emit } = context
    const before = await lockRow<ServiceCenterRow>(context, 'serviceCenter', params.id)
    const center = await changeRow(context, 'serviceCenter', before, given(changes))
    if (pinPrefixes) await writeZone(db, center.id, pinPrefixes)
    const after = await selectServiceCenters(db)
      .where('id', '=', center.id)
      .executeTakeFirstOrThrow()
    emit(ServiceCenterChanged, center.version, stateOf(center, after.pinPrefixes))
    return shownServiceCenter(after)
  },
})
