import { personalDataOf } from '@forecourt/platform/personal-export'
import type { Means, Tables } from '../db.ts'
import { accountTables } from './personal-tables.queries.ts'

export const showPersonalData = personalDataOf<Tables, Means>(accountTables)
