import { serve } from '@forecourt/platform/run'
import { identity } from './service.ts'

await serve(identity)
