import { UserChanged, UserCreated } from '@forecourt/contracts/identity-events'
import { JobCardInspected } from '@forecourt/contracts/workshop-events'
import { isErased } from '@forecourt/platform/erasure'
import { consumer, on } from '../db.ts'
import { attachKnown, holdFiles } from './file.queries.ts'

/**
 * Photos of an inspection belong to its vehicle, and are seen by the staff that sees that, and by
 * the customer whose visit it was. Only what was brought for an inspection, in the center of the
 * job, is claimed: the workshop knows no files, so it may have been given the id of something else.
 */
export const inspectionPhotos = consumer('inspection-photos', [
  on(JobCardInspected, async ({ db }, { jobCardId: visitId, vehicleId: to, photoFileIds = [] }) => {
    // Nothing would ever drop what belongs to a vehicle that is no more.
    if (await isErased({ db }, [to])) return
    await attachKnown(db, photoFileIds, { purpose: 'inspection', to, visitId })
  }),
])

/**
 * An account holds the picture of its person and the paper of its garage; what it names no longer
 * is dropped. A picture is claimed only for whoever brought it; a garage's paper was brought by
 * somebody who had no account yet, so its id alone tells whose it is.
 */
export const accountFiles = consumer('account-files', [
  on(UserCreated, holdFiles),
  on(UserChanged, holdFiles),
])
