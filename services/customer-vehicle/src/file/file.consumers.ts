import { JobCardInspected } from '@forecourt/contracts/workshop-events'
import { consumer, on } from '../db.ts'
import { attachKnown } from './file.queries.ts'

/**
 * Photos of an inspection belong to its vehicle, and are seen by whoever sees that. Only what was
 * brought for an inspection, in the center of the job, is claimed: the workshop knows no files, so
 * it may have been given the id of something else.
 */
export const inspectionPhotos = consumer('inspection-photos', [
  on(JobCardInspected, async ({ db }, { vehicleId, photoFileIds = [] }) => {
    await attachKnown(db, photoFileIds, { purpose: 'inspection', to: vehicleId })
  }),
])
