import { serve } from '@forecourt/platform/run'
import { customerVehicle } from './service.ts'

await serve(customerVehicle)
