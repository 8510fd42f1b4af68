import { serve } from '@forecourt/platform/run'
import { reporting } from './service.ts'

await serve(reporting)
