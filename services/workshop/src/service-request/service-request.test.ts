import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './service-request.queries.ts'
import type { ServiceRequestRow } from './service-request.ts'

testMoves('service request', lifecycle, {} as Omit<ServiceRequestRow, 'status'>)
