import { resolve } from 'node:path'
import { openPool } from '@forecourt/platform/database'
import { sleep } from '@forecourt/platform/pause'
import { personalData } from '@forecourt/platform/personal'
import { reseal } from '@forecourt/platform/reseal'
import { services } from '../services.ts'
import { readRunning, whereaboutsOf, type Whereabouts } from './running.ts'
import { makeKey, readSecrets, writeSecrets } from './secrets.ts'

const RENEWAL_MS = 120_000
const LOOK_MS = 250
const dataDir = resolve(process.env['FORECOURT_DATA'] ?? '.forecourt')

/** Gives the system that runs a new key: `pnpm rotate signing-key | personal-keys`. */
async function run([what = '', name]: string[]): Promise<void> {
  if (what === 'signing-key') return rotateSigningKey()
  if (what !== 'personal-keys') throw new Error('Say which: signing-key or personal-keys.')
  if (readRunning(dataDir)) await giveNewPersonalKey()
  else if (!name) throw new Error('Say whose values to seal anew: rotate personal-keys identity.')
  const chosen = services.filter((service) => name === undefined || service.name === name)
  if (chosen.length === 0) throw new Error(`There is no service ${name}.`)
  for (const service of chosen) {
    await withPool(service.name, (pool, { personalKeys: keys, blindIndexKey }) =>
      reseal({ service, pool, keys, personal: personalData(keys, blindIndexKey), say }),
    )
  }
}

async function rotateSigningKey(): Promise<void> {
  const rotate = services.find(({ name }) => name === 'identity')?.commands?.['rotate-signing-key']
  if (!rotate) throw new Error('Identity has no such command.')
  await withPool('identity', async (pool, { personalKeys, blindIndexKey }) =>
    say(await rotate({ pool, personal: personalData(personalKeys, blindIndexKey) })),
  )
}

/** Every service can open what the new key seals before the first one seals with it. */
async function giveNewPersonalKey(): Promise<void> {
  const ring = readSecrets(dataDir).keys.PERSONAL_KEYS.split(',')
  const versions = ring.map((key) => Number(/^dev-(\d+):/.exec(key)?.[1] ?? 0))
  const key = makeKey(`dev-${Math.max(...versions) + 1}`)
  await giveRing([...ring, key])
  await giveRing([key, ...ring])
  say('Every service seals with the new key.')
}

async function giveRing(ring: string[]): Promise<void> {
  const secrets = readSecrets(dataDir)
  const text = ring.join(',')
  writeSecrets(dataDir, { ...secrets, keys: { ...secrets.keys, PERSONAL_KEYS: text } })
  const pid = readRunning(dataDir)?.pid
  if (pid === undefined) throw new Error('No system runs here.')
  process.kill(pid, 'SIGHUP')
  const end = Date.now() + RENEWAL_MS
  while (readRunning(dataDir)?.keys?.PERSONAL_KEYS !== text) {
    if (Date.now() > end) throw new Error('The services did not take the new keys in time.')
    await sleep(LOOK_MS)
  }
}

async function withPool(
  service: string,
  work: (pool: ReturnType<typeof openPool>, whereabouts: Whereabouts) => Promise<void>,
): Promise<void> {
  const whereabouts = whereaboutsOf(service, dataDir)
  const pool = openPool({ url: whereabouts.databaseUrl, max: 2 })
  try {
    await work(pool, whereabouts)
  } finally {
    await pool.end()
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

await run(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
