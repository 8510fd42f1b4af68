import { serve } from '@forecourt/platform/run'
import { inventory } from './service.ts'

await serve(inventory)
