import { personalDataOf } from '@forecourt/platform/personal-export'
import { personalTables } from './personal-tables.queries.ts'

export const showPersonalData = personalDataOf(personalTables)
