import { editsCenters, editsCustomers } from './office.ts'
import { registers, returns } from './registration.ts'
import { rivals } from './rivals.ts'
import { keepsSession } from './sessions.ts'
import { keepsStock } from './stock.ts'
import type { Story } from './story.ts'
import { callsOff, visits, waitsForParts } from './visit.ts'

/** Every story, as often as it is told beside the others. */
export const stories: Story[] = [
  registers,
  returns,
  rivals,
  keepsSession,
  editsCustomers,
  editsCenters,
  keepsStock,
  visits,
  waitsForParts,
  callsOff,
].flatMap((story) => Array.from({ length: story.weight }, () => story))
