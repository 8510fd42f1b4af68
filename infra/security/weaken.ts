import { execFileSync, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { startEngines } from '@forecourt/engines/engines'
import type { Guard } from './rule.ts'
import { securityRules } from './security-rules.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const TEST_MS = 180_000

/**
 * Takes each guard away in a copy of this checkout, and says whether its test notices:
 * `pnpm weaken [part of a file's name]`.
 */
async function run([part = '']: string[]): Promise<void> {
  const guards = securityRules
    .flatMap((rule) => rule.guards)
    .filter(({ file, test }) => `${file} ${test}`.includes(part))
  const copy = await copyCheckout()
  const engines = await startEngines({
    dataDir: join(copy, '.forecourt'),
    durable: false,
    log: () => undefined,
  })
  const env = {
    ...process.env,
    DATABASE_URL: engines.databaseUrl,
    KAFKA_BROKERS: engines.kafkaBrokers,
    REDIS_URL: engines.redisUrl,
  }
  const missed: Guard[] = []
  try {
    for (const guard of guards) {
      const isNoticed = await isNoticedWithout(guard, copy, env)
      say(`${isNoticed ? 'noticed' : 'MISSED '}  ${guard.file}  ${guard.title}`)
      if (!isNoticed) missed.push(guard)
    }
  } finally {
    await engines.stop()
    await rm(copy, { recursive: true, force: true })
  }
  say(`${guards.length - missed.length} of ${guards.length} guards are held by their test.`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

/** What git knows or would take, installed anew, so that its packages are its own. */
async function copyCheckout(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'forecourt-weaken-'))
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT })
  for (const file of String(listed).split('\0').filter(Boolean)) {
    await cp(join(ROOT, file), join(copy, file), { recursive: true, errorOnExist: false })
  }
  const manager = process.env['npm_execpath']
  if (!manager) throw new Error('Run it as `pnpm weaken`.')
  await runIn(copy, manager, ['install', '--frozen-lockfile', '--prefer-offline'])
  return copy
}

async function isNoticedWithout(
  { file, from, to, test, title }: Guard,
  copy: string,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  const path = join(copy, file)
  const sound = await readFile(path, 'utf8')
  await writeFile(
    path,
    sound.replace(from, () => to),
  )
  try {
    const report = join(copy, 'weakened.json')
    await rm(report, { force: true })
    const vitest = join(copy, 'node_modules/vitest/vitest.mjs')
    const pattern = title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    const options = ['--reporter=json', `--outputFile=${report}`, '--retry=0']
    const child = spawn(process.execPath, [vitest, 'run', test, '-t', pattern, ...options], {
      cwd: copy,
      env,
      stdio: 'ignore',
      timeout: TEST_MS,
    })
    await once(child, 'exit')
    const { numFailedTests } = JSON.parse(await readFile(report, 'utf8')) as Report
    return numFailedTests > 0
  } finally {
    await writeFile(path, sound)
  }
}

interface Report {
  numFailedTests: number
}

async function runIn(cwd: string, program: string, args: string[]): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${args.join(' ')} failed in ${dirname(cwd)}.`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await run(process.argv.slice(2))
