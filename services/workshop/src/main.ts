import { serve } from '@forecourt/platform/run'
import { workshop } from './service.ts'

await serve(workshop)
