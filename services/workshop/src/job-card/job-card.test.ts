import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './job-card.queries.ts'
import type { JobCardRow } from './job-card.ts'

testMoves('job card', lifecycle, { partsOpen: 0 } as Omit<JobCardRow, 'status'>)
