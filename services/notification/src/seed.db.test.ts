import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notification } from './service.ts'
import { startingTemplates } from './template/starting-templates.ts'

const run = promisify(execFile)
const seed = new URL('seed.ts', import.meta.url).pathname

let mailbox: LocalMailbox
let stack: Stack
beforeAll(async () => {
  mailbox = await openMailbox()
  const env = { ...mailbox.env, NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9' }
  stack = await openStack(notification, env)
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})

async function runSeed(env: Record<string, string> = {}): Promise<string> {
  const { DATABASE_URL } = stack.env
  const { stdout } = await run(process.execPath, [seed], {
    env: { DATABASE_URL, ...env },
    timeout: 50_000,
  })
  return stdout
}

test('the seed brings every text once, however often it runs', async () => {
  expect(await runSeed()).toContain(`${startingTemplates.length} texts`)
  expect(await runSeed()).toContain('0 texts')
})

test('a text that changes replaces the former, which messages still refer to', async () => {
  await stack.admin.query(
    `update template set body = 'Old words' where name = 'thank_you' and channel = 'sms'`,
  )
  expect(await runSeed()).toContain('1 texts')
  const { rows } = await stack.admin.query(
    `select body, retired_at is not null as retired from template
      where name = 'thank_you' and channel = 'sms' order by created_at`,
  )
  expect(rows[0]).toEqual({ body: 'Old words', retired: true })
  expect(rows[1]).toMatchObject({ retired: false })
})

test('the registered id of an SMS is kept until another is given', async () => {
  expect(await runSeed({ DLT_TEMPLATE_IDS: 'otp=1107160000000000001' })).toContain('1 texts')
  expect(await runSeed()).toContain('0 texts')
  const { rows } = await stack.admin.query(
    `select dlt_template_id as id from template
      where name = 'otp' and channel = 'sms' and retired_at is null`,
  )
  expect(rows).toEqual([{ id: '1107160000000000001' }])
})
