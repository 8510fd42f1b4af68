import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { findProgram } from '@forecourt/engines/programs'
import { median } from './measure.ts'
import { NotHere } from './row.ts'
import type { Statement } from './recording.ts'
import { CONNECTIONS, SECONDS } from './load.ts'

const run = promisify(execFile)
const DEBIAN = '/usr/lib/postgresql'

export interface Script {
  text: string
  /** name → value, bound as parameters of the prepared statements. */
  variables: Record<string, string>
}

/** Transactions per second of a script; over as many connections as the load has, unless told. */
export async function pgbench(
  url: string,
  script: Script,
  folder: string,
  connections = CONNECTIONS,
): Promise<number> {
  const file = `${folder}/pgbench.sql`
  await writeFile(file, script.text)
  const variables = Object.entries(script.variables).flatMap(([name, value]) => [
    '-D',
    `${name}=${value}`,
  ])
  const flags = ['-n', '-M', 'prepared', '-c', String(connections), '-T', String(SECONDS)]
  const { stdout } = await run(await findPgbench(), [...flags, ...variables, '-f', file, url])
  const [, tps] = /^tps = ([\d.]+)/m.exec(stdout) ?? []
  const [, failed] = /number of failed transactions: (\d+)/.exec(stdout) ?? []
  if (!tps || (failed && failed !== '0')) throw new Error(`pgbench failed.\n${stdout}`)
  return Number(tps)
}

/** Median milliseconds of these scripts' transactions, one after the other in mixed order. */
export async function pgbenchMedian(
  url: string,
  scripts: readonly Script[],
  folder: string,
): Promise<number> {
  const logs = await mkdtemp(`${folder}/pgbench-`)
  const all = await Promise.all(
    scripts.map(async ({ text, variables }, nth) => {
      const file = `${logs}/${nth}.sql`
      // A variable is the same one in every script of a run.
      await writeFile(file, text.replace(/(?<!:):(v\d+)\b/g, `:s${nth}$1`))
      const named = Object.entries(variables).map(([name, value]) => `s${nth}${name}=${value}`)
      return [...named.flatMap((variable) => ['-D', variable]), '-f', file]
    }),
  )
  const flags = ['-n', '-M', 'prepared', '-c', '1', '-T', String(SECONDS), '-l']
  await run(await findPgbench(), [...flags, '--log-prefix', `${logs}/log`, ...all.flat(), url])
  const log = (await readdir(logs)).find((file) => file.startsWith('log')) ?? ''
  // Client, number, microseconds, script and when, in each line.
  const lines = (await readFile(`${logs}/${log}`, 'utf8')).trim().split('\n')
  await rm(logs, { recursive: true })
  return median(lines.map((line) => Number(line.split(' ')[2]))) / 1_000
}

async function findPgbench(): Promise<string> {
  const onPath = await findProgram('pgbench', process.env)
  if (onPath) return onPath
  for (const version of await readdir(DEBIAN).catch(() => [])) {
    const found = await findProgram('pgbench', { PATH: `${DEBIAN}/${version}/bin` })
    if (found) return found
  }
  throw new NotHere('pgbench is not on PATH: it comes with PostgreSQL’s client or contrib package')
}

/**
 * The statements of one request as a script. A value that two recordings of the request do not
 * share, and that is an id or a key, is another one in each transaction; everything else is bound
 * as it was recorded.
 */
export function scriptOf(recorded: Statement[], again: Statement[]): Script {
  const variables: Record<string, string> = {}
  const fresh = new Map<string, string>()
  const lines = recorded.map(({ text, values }, at) =>
    text.replace(/\$(\d+)/g, (_, position: string) => {
      const value = values[Number(position) - 1] ?? null
      if (value === null) return 'null'
      // pgbench knows no empty variable.
      if (value === '') return "''"
      const other = again[at]?.values[Number(position) - 1]
      if (other !== value && isKey(value)) {
        if (!fresh.has(value)) fresh.set(value, freshText(value, fresh.size))
        const own = fresh.get(value) ?? ''
        // A bound value takes the type that is wanted of it, an expression has its own.
        const isText = text.includes('set_config(') || text.includes(`$${position}::text`)
        return isText ? `(${own})::text` : own
      }
      const name = `v${Object.keys(variables).length}`
      variables[name] = value
      return `:${name}`
    }),
  )
  const counter = '\\set n random(1, 1000000000000000)'
  return { text: [counter, ...lines.map((line) => `${line};`), ''].join('\n'), variables }
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

function isKey(value: string): boolean {
  return UUID.test(value) || /^[\w -]{8,64}$/.test(value)
}

function freshText(value: string, number: number): string {
  const digest = `md5((:n)::text || '${number}')`
  return UUID.test(value) ? `(${digest})::uuid` : `(${digest})::text`
}
