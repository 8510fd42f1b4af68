import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const OLDEST_JAVA = 17

/** The path of a program on PATH, else null. */
export async function findProgram(name: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    if (await isExecutable(join(folder, name))) return join(folder, name)
  }
  return null
}

/** A Java of version 17 or newer, from JAVA_HOME or PATH, else null. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string | null> {
  const candidates = [
    env['JAVA_HOME'] && join(env['JAVA_HOME'], 'bin', 'java'),
    await findProgram('java', env),
  ]
  for (const java of candidates) {
    if (java && (await javaVersion(java, env)) >= OLDEST_JAVA) return java
  }
  return null
}

async function javaVersion(java: string, env: NodeJS.ProcessEnv): Promise<number> {
  // JAVA_HOME may name no folder, and macOS has a /usr/bin/java that only says where to get one.
  const said = await run(java, ['-version'], { env }).then(
    ({ stdout, stderr }) => stdout + stderr,
    () => '',
  )
  return Number(/version "(\d+)/.exec(said)?.[1] ?? 0)
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
}
