import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bicycles } from './bicycle/service.ts'

let stack: Stack
beforeAll(async () => (stack = await openStack(bicycles)))
afterAll(() => stack?.close())

async function readiness(): Promise<{ status: number; checks: Record<string, boolean> }> {
  const answer = await fetch(`${stack.url}/readyz`)
  const { checks } = (await answer.json()) as { checks: Record<string, boolean> }
  return { status: answer.status, checks }
}

test('a service is ready when its database answers, roles are known and consumers have joined', async () => {
  await expect.poll(readiness).toEqual({
    status: 200,
    checks: { database: true, roles: true, access: true, consumers: true },
  })
})

const park = (topic: string, reason: string) =>
  stack.admin.query(
    `insert into dead_letter
       (consumer, event_id, topic, key, type, headers, reason, error, attempts)
     values ('identity.rides.v1', 'x', $1, 'k', '', '{}', $2, 'x', 5)`,
    [topic, reason],
  )

test.each(['user', 'role', 'session'])(
  'a parked key of the topic %s makes a service not ready, until it is dealt with',
  async (noun) => {
    const topic = `forecourt.identity.${noun}.v1`
    await park(topic, 'failed')
    expect(await readiness()).toMatchObject({ status: 503, checks: { access: false } })
    expect((await fetch(`${stack.url}/livez`)).status).toBe(200)
    await stack.admin.query('delete from dead_letter')
    expect((await readiness()).status).toBe(200)
    await stack.admin.query(
      `insert into outbox (id, topic, key, type, subject, version, parked_at)
       values (gen_random_uuid(), $1, 'k', 't', 'k', 1, now())`,
      [topic],
    )
    expect(await readiness()).toMatchObject({ status: 503, checks: { access: false } })
    await stack.admin.query('delete from outbox where topic = $1', [topic])
    expect((await readiness()).status).toBe(200)
  },
)

test.each([
  ['identity.role.v1', 'poison'],
  ['customer-vehicle.vehicle.v1', 'failed'],
])('what is parked of %s as %s leaves a service ready', async (name, reason) => {
  await park(`forecourt.${name}`, reason)
  expect((await readiness()).status).toBe(200)
  await stack.admin.query('delete from dead_letter')
})

test('a service that knows no role is not ready', async () => {
  const roles = await stack.admin.query('select * from role_permission')
  await stack.admin.query('delete from role_permission')
  await expect.poll(readiness).toMatchObject({ status: 503 })
  for (const { role, permissions, version } of roles.rows) {
    await stack.admin.query('insert into role_permission values ($1, $2, $3)', [
      ...[role, permissions, version],
    ])
  }
  await expect.poll(readiness).toMatchObject({ status: 200 })
})

test('metrics tell how many events wait, and for how long', async () => {
  await stack.admin.query(
    `insert into outbox (id, topic, key, type, subject, version, created_at, parked_at)
     values (gen_random_uuid(), 't', 'k', 't', 'k', 1, now() - interval '90 s', now())`,
  )
  const answer = await fetch(`${stack.url}/metrics`)
  const lines = new Map(
    (await answer.text()).split('\n').map((line) => [...line.split(' ')] as never),
  )
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(Number(lines.get('forecourt_outbox_rows'))).toBeGreaterThanOrEqual(1)
  expect(Number(lines.get('forecourt_outbox_parked_rows'))).toBe(1)
  expect(Number(lines.get('forecourt_outbox_oldest_seconds'))).toBeGreaterThan(89)
})

test('metrics tell all that is promised of the bus, of requests and of the session replica', async () => {
  await park('t', 'failed')
  const text = await (await fetch(`${stack.url}/metrics`)).text()
  await stack.admin.query('delete from dead_letter')
  for (const [name, type] of Object.entries({
    forecourt_outbox_oldest_seconds: 'gauge',
    forecourt_outbox_rows: 'gauge',
    forecourt_outbox_parked_rows: 'gauge',
    forecourt_relay_seconds: 'histogram',
    forecourt_consumer_lag: 'gauge',
    forecourt_event_age_seconds: 'histogram',
    forecourt_events_consumed_total: 'counter',
    forecourt_dead_letters: 'gauge',
    forecourt_http_request_seconds: 'histogram',
    forecourt_session_replica_age_seconds: 'gauge',
    forecourt_event_loop_stalls_total: 'counter',
  })) {
    expect.soft(text).toMatch(new RegExp(`^# HELP ${name} \\S.+$`, 'm'))
    expect.soft(text).toMatch(new RegExp(`^# TYPE ${name} ${type}$`, 'm'))
  }
  expect(text).toMatch(/^forecourt_dead_letters\{reason="failed"\} 1$/m)
  expect(text).toMatch(/^forecourt_session_replica_age_seconds [\d.]+$/m)
  expect(text).toMatch(/^forecourt_http_request_seconds_count\{.*route="\/readyz",status="200"\} /m)
  const names = Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name)
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})
