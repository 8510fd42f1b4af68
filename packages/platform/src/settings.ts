import {
  anySettings,
  settingNames,
  type SettingOf,
  type SettingValues,
} from '@forecourt/contracts/settings'
import type pg from 'pg'
import type { Log } from './log.ts'
import { pausable } from './pause.ts'

/** A decision counts in every process after so long at the latest, once its event has come. */
const FRESH_MS = 400

export interface Settings {
  of: SettingOf
  close(): Promise<void>
}

/**
 * Keeps what administrators have decided in memory, read anew from the replica a few times a
 * second: no request waits for it, and no transaction needs a second connection.
 */
export async function openSettings(pool: pg.Pool, log: Log): Promise<Settings> {
  const rest = pausable()
  let known = valuesOf([], log)

  async function read(): Promise<void> {
    try {
      const { rows } = await pool.query<Row>('select name, value from applied_setting')
      known = valuesOf(rows, log)
    } catch (error) {
      // Whatever else this process does is told of it; what was known goes on.
      log.debug({ error }, 'Settings could not be read.')
    }
  }

  async function readOn(): Promise<void> {
    while (!rest.stopped) {
      await rest.pause(FRESH_MS)
      if (!rest.stopped) await read()
    }
  }

  await read()
  const reading = readOn()
  return {
    of: (name) => known[name],
    async close() {
      rest.stop()
      await reading
    },
  }
}

interface Row {
  name: string
  value: unknown
}

/** Null is no decision; one that this release does not understand has its default. */
function valuesOf(rows: readonly Row[], log: Log): SettingValues {
  const decided = new Map(rows.map(({ name, value }) => [name, value]))
  const entries = settingNames.map((name): [string, unknown] => {
    const { type, default: otherwise } = anySettings[name]
    const read = type.safeParse(decided.get(name) ?? otherwise)
    if (!read.success) log.warn({ setting: name }, 'A setting is not understood here.')
    return [name, read.success ? read.data : otherwise]
  })
  return Object.fromEntries(entries) as SettingValues
}
