import { serve } from '@forecourt/platform/run'
import { bicycles } from './service.ts'

await serve(bicycles)
