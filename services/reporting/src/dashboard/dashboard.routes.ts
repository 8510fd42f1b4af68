import { z } from 'zod'
import { endpoint } from '../db.ts'
import { Asked, Dashboard, Kpi } from './dashboard.ts'
import { readDashboard, readKpis, viewOf } from './dashboard.queries.ts'

export const showDashboard = endpoint('GET /dashboard', {
  about: "Show the caller's dashboard: the figures of the own role, and where they stand.",
  may: 'dashboard.read',
  query: Asked,
  returns: Dashboard,
  handle: (context, { query }) => readDashboard(context, query),
})

export const listKpis = endpoint('GET /dashboard/kpis', {
  about: "Show the figures of the caller's role, of the own centers or cards, as they stand now.",
  may: 'dashboard.read',
  query: Asked,
  returns: z.array(Kpi),
  handle: async (context, { query }) => readKpis(context, await viewOf(context, query)),
})
