import { RegistrationLapsed } from '@forecourt/contracts/customer-vehicle-events'
import { timer } from '../db.ts'
import { releaseFiles } from '../file/file.queries.ts'
import { LAPSE } from './registration.queries.ts'

/** Deletes a registration that nobody proved in time, and its photos with it. */
export const lapseRegistration = timer({
  kind: LAPSE,
  async due({ db, emit }, id) {
    const lapsed = await db
      .deleteFrom('registration')
      .where('id', '=', id)
      .where('status', '=', 'pending')
      .returning(['serviceCenterId', 'version'])
      .executeTakeFirst()
    if (!lapsed) return
    await releaseFiles({ db, now: new Date().toISOString() }, id)
    emit(RegistrationLapsed, lapsed.version + 1, {
      registrationId: id,
      serviceCenterId: lapsed.serviceCenterId,
    })
  },
})
