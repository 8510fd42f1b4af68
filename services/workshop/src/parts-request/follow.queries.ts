import { JobCardChanged } from '@forecourt/contracts/workshop-events'
import { changeRow } from '@forecourt/platform/row'
import { asHouse, transition } from '@forecourt/platform/transition'
import type { Writing } from '../db.ts'
import { lifecycle, partsOf, tell, toldState } from '../job-card/job-card.queries.ts'
import type { JobCardRow } from '../job-card/job-card.ts'
import { isOutstanding } from './parts-request.ts'

/** The card waits while something is short, and goes on where it was when nothing is. */
export async function follow(writing: Writing, card: JobCardRow): Promise<void> {
  const lines = (await partsOf(writing.db, card.id)).filter(({ atCompletion }) => !atCompletion)
  const partsOpen = lines.filter(isOutstanding).length
  const isShort = lines.some(({ status }) => status === 'short')
  const step = {
    table: 'jobCard',
    id: card.id,
    tell: (now: JobCardRow) => toldState(writing.db, now),
  }
  const house = asHouse(writing)
  if (isShort && (card.status === 'assigned' || card.status === 'in_progress')) {
    const work = () => Promise.resolve({ partsOpen, resumeStatus: card.status })
    await transition(house, lifecycle, { ...step, move: 'await_parts', work })
  } else if (card.status === 'waiting_parts' && partsOpen === 0) {
    const move = card.resumeStatus === 'in_progress' ? 'resume_work' : 'resume_assignment'
    const work = () => Promise.resolve({ partsOpen, resumeStatus: null })
    await transition(house, lifecycle, { ...step, move, work })
  } else if (partsOpen !== card.partsOpen) {
    await tell(writing, JobCardChanged, await changeRow(writing, 'jobCard', card, { partsOpen }))
  }
}
