import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLocalStack, type LocalStack } from './local-stack.ts'
import { photo } from './photo.ts'

const root = join(import.meta.dirname, '..')
let stack: LocalStack
let folder: string
beforeAll(async () => {
  stack = await startLocalStack()
  folder = mkdtempSync(join(tmpdir(), 'forecourt-commands-'))
  writeFileSync(join(folder, 'car.jpg'), await photo())
}, 180_000)
afterAll(async () => {
  await stack?.stop()
  if (folder) rmSync(folder, { recursive: true })
})

/** The commands of one heading of a document, or of all, as a reader would paste them. */
function commandsOf(file: string, heading = ''): string {
  const text = readFileSync(join(root, file), 'utf8')
  const [, part = ''] = text.split(heading ? `\n## ${heading}\n` : /^/)
  const own = heading ? (part.split(/\n## /)[0] ?? '') : text
  return Array.from(own.matchAll(/^```sh\n([^]*?)^```$/gm), ([, commands]) => commands).join('\n')
}

/**
 * Answers what each answer said. Pauses longer than a reader, whose machine does nothing else; but
 * the minute between two codes is a second here. What never comes is not waited for without end.
 */
async function paste(commands: string): Promise<string[]> {
  const script = commands
    .replaceAll('localhost:8080', `localhost:${stack.port}`)
    .replaceAll(/^sleep \d+$/gm, 'sleep 6')
  const { stdout } = await promisify(execFile)('bash', ['-e', '-c', script], {
    cwd: folder,
    timeout: 240_000,
  })
  return Array.from(stdout.matchAll(/"success":(?:true|false),"message":"([^"]*)"/g), ([, said]) =>
    String(said),
  )
}

test('what the README and the visit print can be pasted, from the form to the paid invoice', async () => {
  const answers = await paste(commandsOf('README.md', 'Register the first customer'))
  expect(answers).toEqual(['Registration verified', 'OK'])
  const steps = await paste(commandsOf('docs/a-visit.md'))
  expect(steps).toEqual([
    'Stock adjusted',
    'Service request approved',
    'Pre-service inspection recorded',
    'Engineer assigned',
    'Work started',
    'Parts requested',
    'OK',
    'The customer is asked to approve',
    'OK',
    'Thank you, we have noted your answer',
    'Job card completed',
    'Invoice issued',
    'Payment recorded',
    'Payment recorded',
    'Vehicle delivered',
    'OTP sent successfully to your phone number',
    'Customer registered successfully',
    'OK',
    'OK',
    'OK',
    'You are not allowed to do this.',
    'Service request created',
  ])
  expect(readFileSync(join(folder, 'invoice.pdf')).subarray(0, 5).toString()).toBe('%PDF-')
}, 300_000)

test('the ways in can be pasted, from a phone alone to the end of what is kept', async () => {
  expect(await paste(commandsOf('docs/ways-in.md'))).toEqual([
    'OTP sent successfully to your phone',
    'OK',
    'Profile updated successfully',
    'Verification successful. Your account is now active.',
    'Business location saved successfully',
    'OK',
    'User registered successfully',
    'Login successful',
    'Role defined',
    'Settings changed',
    'Settings changed',
    'OK',
    'OK',
    'OK',
    'Customer erased',
  ])
  expect(readFileSync(join(folder, 'meera.json'), 'utf8')).toContain('Meera Kulkarni')
}, 300_000)
