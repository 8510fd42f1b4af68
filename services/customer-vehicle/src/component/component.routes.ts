import { Moment } from '@forecourt/platform/moment'
import { z } from 'zod'
import { endpoint } from '../db.ts'
import { changeComponent, changeGraphical, lockComponent, reportIssue } from './change.queries.ts'
import {
  graphicalOf,
  oneComponent,
  refuseUnknownComponent,
  servicesOf,
} from './component.queries.ts'
import { ChangeComponent, ChangeGraphical, ReportIssue } from './change.ts'
import { ChangedComponent, ComponentService, Graphical, shownService } from './component.ts'

export const getGraphical = endpoint('GET /vehicles/:id/graphical', {
  about: 'Show the components of a vehicle: how they are, what is wrong, and what was done.',
  may: 'customer.read',
  returns: Graphical,
  handle: (context, { params }) => graphicalOf(context, params.id),
})

export const updateGraphical = endpoint('PUT /vehicles/:id/graphical', {
  about: 'Change several components of a vehicle, or add some.',
  may: 'component.update',
  message: 'Vehicle components updated',
  body: ChangeGraphical,
  returns: Graphical,
  async handle(context, { params, body }) {
    await changeGraphical(context, params.id, body)
    return graphicalOf(context, params.id)
  },
})

export const updateComponent = endpoint('PUT /vehicles/:id/graphical/components/:component', {
  about: 'Say how a component of a vehicle is; absent fields stay, null clears.',
  may: 'component.update',
  message: 'Vehicle component updated',
  body: ChangeComponent,
  returns: ChangedComponent,
  async handle(context, { params: { id, component }, body }) {
    const before = await lockComponent(context, id, component)
    await changeComponent(context, before, body)
    return oneComponent(context, id, component)
  },
})

const history = 'GET /vehicles/:id/graphical/components/:component/history'

export const listComponentHistory = endpoint.list(history, {
  about: 'List what workshops did to a component, newest first.',
  may: 'customer.read',
  item: ComponentService,
  filters: {
    type: { type: z.string() },
    jobCardId: { type: z.uuid() },
    date: { type: Moment, column: 'served_on' },
  },
  sorts: { date: 'served_on', cost: 'cost_minor' },
  of: (context, { params: { id = '', component = '' } }) =>
    refuseUnknownComponent(context, id, component),
  from: ({ db }, { params: { id = '', component = '' } }) => servicesOf(db, id, component),
  row: shownService,
})

export const addComponentIssue = endpoint(
  'POST /vehicles/:id/graphical/components/:component/issues',
  {
    about: 'Note what is wrong with a component of a vehicle.',
    may: 'component.update',
    message: 'Issue reported',
    body: ReportIssue,
    returns: ChangedComponent,
    async handle(context, { params: { id, component }, body }) {
      await reportIssue(context, id, component, body)
      return oneComponent(context, id, component)
    },
  },
)
