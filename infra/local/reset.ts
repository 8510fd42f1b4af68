import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { takeLock } from '@forecourt/engines/lock'
import { namesInDocker } from '@forecourt/engines/volumes'

/** What was fetched for the engines is no data; it stays. */
const SPARED = 'cache'

/** Forgets all data of the local system, also what Docker keeps. Refuses while it runs. */
async function reset(): Promise<void> {
  const dataDir = resolve(process.env['FORECOURT_DATA'] ?? '.forecourt')
  if (!existsSync(dataDir)) return
  const entries = readdirSync(dataDir).filter((entry) => entry !== SPARED)
  const paths = entries.map((entry) => join(dataDir, entry))
  for (const path of paths.filter((path) => existsSync(join(path, 'lock')))) {
    const lock = takeLock(join(path, 'lock'))
    if (!lock) throw new Error(`Forecourt runs on ${path}: end it first.`)
    lock.release()
  }
  for (const path of paths) {
    if (namesInDocker(path).length > 0) {
      const { emptyDocker } = await import('@forecourt/engines/docker')
      await emptyDocker(path)
    }
    rmSync(path, { recursive: true, force: true })
  }
  process.stdout.write(`${dataDir} is empty again.\n`)
}

await reset().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
})
