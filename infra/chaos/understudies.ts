import { programsOf, type Layout } from '../local/programs.ts'
import { supervise } from '../local/supervisor.ts'
import { understudied } from './schedule.ts'

/**
 * Keeps a second process of each service that has one, beside those of `start`: it takes over the
 * relay, shares consumers and messages, and lets nobody be the only one.
 */
async function keepUnderstudies(): Promise<void> {
  const layout = JSON.parse(process.env['CHAOS_LAYOUT'] ?? '') as Layout
  const supervisor = supervise(false)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void supervisor.stop().then(() => process.exit(0)))
  }
  const own = { ROLE: 'worker', PORT: '0' }
  const programs = programsOf(layout).filter(({ name }) => understudied.some((one) => one === name))
  supervisor.start(programs.map((program) => ({ ...program, env: { ...program.env, ...own } })))
}

await keepUnderstudies()
