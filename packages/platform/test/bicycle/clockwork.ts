import { schedule } from '@forecourt/platform/timer'
import { countRun, job, timer } from './db.ts'

/** A bell that rings when its time has come; the subject `again` sets itself anew once. */
export const chimes = timer({
  kind: 'chime',
  async due({ db, wrench, process }, subject) {
    const runs = countRun(`chime:${subject}`)
    if (wrench.failingTimers.has(subject)) throw new Error('The bell is cracked.')
    await db.insertInto('ring').values({ subject, process }).execute()
    if (wrench.runs.has(`again:${subject}`) && runs === 1) {
      await schedule({ db }, 'chime', subject, new Date(Date.now() + 100).toISOString())
    }
  },
})

export const polish = job({
  name: 'polish',
  everyMs: 50,
  async run({ db, wrench }) {
    countRun('polish')
    await wrench.gates.get('polish')
    await db.selectFrom('ring').selectAll().limit(1).execute()
    return false
  },
})
