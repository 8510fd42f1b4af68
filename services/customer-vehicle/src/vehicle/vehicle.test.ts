import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './vehicle.queries.ts'
import type { VehicleRow } from './vehicle.ts'

testMoves('vehicle', lifecycle, {} as Omit<VehicleRow, 'status'>)
