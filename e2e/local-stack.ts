import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { emptyDocker } from '@forecourt/engines/docker'
import { freePort } from '@forecourt/engines/ports'
import { caller, type Call } from '@forecourt/testing/caller'
import { eventually } from '@forecourt/testing/eventually'

const ROOT = new URL('../', import.meta.url).pathname
const READY_MS = 120_000
/** A message whose sender died is looked up at the provider before it is sent again. */
const MESSAGE_MS = 90_000

export interface InboxMessage {
  id: string
  channel: 'sms' | 'whatsapp' | 'email'
  to: string
  subject: string | null
  text: string
  html?: string
  template: string | null
  sentAt: string
}

export interface LocalStack {
  port: number
  dataDir: string
  /** Everything that `start` has printed. */
  lines: string[]
  call: Call
  /** Messages to one recipient, newest first. */
  inbox(to: string): Promise<InboxMessage[]>
  /** The newest message that satisfies `is`; waits for it. */
  message(to: string, is: (message: InboxMessage) => boolean): Promise<InboxMessage>
  login(email: string): Promise<string>
  stop(): Promise<number | null>
}

/** The whole system as `start` runs it, on a port and data of its own. */
export async function startLocalStack(env: Record<string, string> = {}): Promise<LocalStack> {
  const port = await freePort(undefined, new Set())
  const dataDir = mkdtempSync(join(tmpdir(), 'forecourt-e2e-'))
  const child = spawn(process.execPath, ['infra/local/start.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      ...wayOfEngines(),
      FORECOURT_PORT: String(port),
      FORECOURT_DATA: dataDir,
      BCRYPT_ROUNDS: '6',
      OTP_COOLDOWN_S: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line))
  }
  const base = `http://127.0.0.1:${port}`
  const call: Call = (signature, asked) => {
    const [method, path] = signature.split(' ')
    return caller(base)(`${method} /api/v1${path}` as typeof signature, asked)
  }
  const inbox = (to: string) => readInbox(base, to)
  const printed = () => lines.slice(-40).join('\n')
  await eventually(
    '"Forecourt is ready"',
    () => child.exitCode !== null || lines.some((line) => line.includes('Forecourt is ready')),
    READY_MS,
  ).catch((cause: unknown) => {
    throw new Error(`start is not ready, and has printed:\n${printed()}`, { cause })
  })
  if (child.exitCode !== null) throw new Error(`start ended:\n${printed()}`)
  return {
    port,
    dataDir,
    lines,
    call,
    inbox,
    message: (to, is) =>
      eventually(`a message to ${to}`, async () => (await inbox(to)).find(is), MESSAGE_MS),
    async login(email) {
      const body = { email, password: 'Forecourt#2026' }
      const { data, text } = await call<{ accessToken: string }>('POST /auth/login', { body })
      if (!data?.accessToken) throw new Error(`${email} cannot sign in: ${text}`)
      return data.accessToken
    },
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      await emptyDocker(join(dataDir, 'engines'))
      rmSync(dataDir, { recursive: true, force: true })
      return child.exitCode
    },
  }
}

/** The stack has engines of its own, which come the way that those of the test run came. */
function wayOfEngines(): NodeJS.ProcessEnv {
  const names = /^(DOCKER_HOST|FORECOURT_ENGINES|FORECOURT_\w+_IMAGE)$/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)))
}

async function readInbox(base: string, to: string): Promise<InboxMessage[]> {
  const url = `${base}/dev/inbox/messages?limit=200&to=${encodeURIComponent(to)}`
  const answer = await fetch(url).catch(() => undefined)
  return answer?.ok ? ((await answer.json()) as InboxMessage[]) : []
}
