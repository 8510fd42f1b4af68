import type { Retelling } from '@forecourt/platform/reseal'
import type { Tables } from '../db.ts'
import { tellVehicle } from './vehicle.queries.ts'

/** The topic of vehicles keeps their plates. */
export const retellVehicles: Retelling<Tables> = {
  table: 'vehicle',
  async tell(context, ids) {
    const rows = await context.db.selectFrom('vehicle').selectAll().where('id', 'in', ids).execute()
    for (const row of rows) await tellVehicle(context, row)
  },
}
