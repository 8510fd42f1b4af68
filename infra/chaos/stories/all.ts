import { editsCenters, editsCustomers } from './office.ts'
import { registers, returns } from './registration.ts'
import { rivals } from './rivals.ts'
import { keepsSession } from './sessions.ts'
import type { Story } from './story.ts'

/** Every story, as often as it is told beside the others. */
export const stories: Story[] = [
  registers,
  returns,
  rivals,
  keepsSession,
  editsCustomers,
  editsCenters,
].flatMap((story) => Array.from({ length: story.weight }, () => story))
