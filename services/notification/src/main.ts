import { serve } from '@forecourt/platform/run'
import { notification } from './service.ts'

await serve(notification)
