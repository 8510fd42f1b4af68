import { editsCenters, editsCustomers } from './office.ts'
import { registers, returns } from './registration.ts'
import { rivals } from './rivals.ts'
import { keepsSession } from './sessions.ts'
import { keepsStock } from './stock.ts'
import type { Story } from './story.ts'
import { callsOff, visits, waitsForParts } from './visit.ts'

const ofBay = [keepsStock, visits, waitsForParts, callsOff]

/** Every story, as often as it is told beside the others. */
export const stories = weighted([
  registers,
  returns,
  rivals,
  keepsSession,
  editsCustomers,
  editsCenters,
  ...ofBay,
])

/** What the bay is busy with all day: a visit is long, and faults are to meet many of them. */
export const bayStories = weighted(ofBay)

function weighted(told: Story[]): Story[] {
  return told.flatMap((story) => Array.from({ length: story.weight }, () => story))
}
