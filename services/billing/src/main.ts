import { serve } from '@forecourt/platform/run'
import { billing } from './service.ts'

await serve(billing)
