import type { Retelling } from '@forecourt/platform/reseal'
import type { Tables } from '../db.ts'
import { centersBeside, tellVehicles } from './vehicle.queries.ts'

/** The topic of vehicles keeps their plates. */
export const retellVehicles: Retelling<Tables> = {
  table: 'vehicle',
  async tell(context, ids) {
    const vehicles = context.db.selectFrom('vehicle').selectAll().select(centersBeside)
    tellVehicles(context, await vehicles.where('id', 'in', ids).execute())
  },
}
