import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const ROOT = new URL('../', import.meta.url).pathname

/** Runs `pnpm chaos` to its end; answers its exit code and what it printed. */
async function chaos(...order: string[]): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, ['infra/chaos/chaos.ts', ...order], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines }
}

test(
  'fifty kills of services and engines at random moments lose nothing and double nothing',
  { timeout: 1_500_000 },
  async () => {
    const { code, lines } = await chaos('--seed', '1', '--kills', '50')
    // What it printed tells why it failed.
    expect({ code, printed: code === 0 ? [] : lines }).toEqual({ code: 0, printed: [] })
    expect(lines.join('\n')).toContain('kills     50: ')
    // Some vehicles went the whole way through the bay.
    expect(lines.join('\n')).toMatch(/job cards .*delivered [1-9]/)
  },
)

test('an order that cannot be carried out is refused in one sentence', async () => {
  const { code, lines } = await chaos('--seed', 'one')
  expect(code).toBe(1)
  expect(lines).toEqual([
    'Say `pnpm chaos --seed 1 --kills 30`: a seed of 0 or more, a kill or more.',
  ])
})
