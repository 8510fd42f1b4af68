import { personalDataOf } from '@forecourt/platform/personal-export'

/** Stock is nobody's: this service keeps nothing of customers, and says so when it is asked. */
export const showPersonalData = personalDataOf([])
