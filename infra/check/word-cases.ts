import { lines, noun, proof, relay, routes, type Case } from './case.ts'

// Put together, so that this file does not break the rule it shows.
const skip = ['--no', 'verify'].join('-')

export const wordCases: Case[] = [
  ...[
    'export async function open() {}',
    'export const it = [1].map(async () => 1)',
    'export const it = { async open() {} }',
    'export const it = await Promise.resolve(1)',
    "export const zone = process.env['TZ']",
    'export const now = () => Date.now()',
    'export const now = () => new Date()',
    'export const now = () => Temporal.Now.instant()',
    'export const dice = () => Math.random()',
    "export const it = () => fetch('/')",
    'export const it = (name: string) => import(name)',
    'setTimeout(() => 1, 5)',
  ].map((line) => ({
    rule: 'nouns-are-pure',
    says: `\`${line}\` is caught`,
    breaks: { [noun]: line },
    keeps: { [noun]: 'export const dueOn = (now: string) => new Date(now).toISOString()\n' },
  })),
  {
    rule: 'routes-catch-nothing',
    says: 'try is caught',
    breaks: { [routes]: 'try {\n  it()\n} catch {}\n' },
    keeps: { 'services/workshop/src/photo/photo.adapter.ts': 'try {\n  it()\n} catch {}\n' },
  },
  {
    rule: 'routes-write-no-status',
    says: 'a status in a handler is caught',
    breaks: { [routes]: 'reply.code(404).send()\n' },
    keeps: { [routes]: "throw problem('job_card_not_found')\n" },
  },
  {
    rule: 'scope-belongs-to-the-database',
    says: 'a condition on the center is caught',
    breaks: { [routes]: "db.selectFrom('job_card').where('job_card.serviceCenterId', '=', id)\n" },
    keeps: { [routes]: "db.selectFrom('job_card').where('id', '=', id)\n" },
  },
  {
    rule: 'scope-belongs-to-the-database',
    says: 'SQL text is caught',
    breaks: { [routes]: 'sql`select 1 from job_card where service_center_id = ${id}`\n' },
    keeps: { [routes]: 'sql`select service_center_id from job_card where id = ${id}`\n' },
  },
  {
    rule: 'tests-mock-nothing-of-ours',
    says: 'vi.mock is caught',
    breaks: { [proof]: "vi.mock('./job-card.ts')\n" },
    keeps: { [proof]: 'vi.useFakeTimers()\n' },
  },
  ...['common/money.ts', 'helpers.ts', 'index.ts', 'money.utils.ts', 'types.ts'].map((name) => ({
    rule: 'names-say-something',
    says: `${name} is caught`,
    breaks: { [`gateway/src/${name}`]: lines(1) },
    keeps: { 'gateway/src/typescript.ts': lines(1) },
  })),
  {
    rule: 'names-are-kebab-case',
    says: 'camel case is caught',
    breaks: { 'gateway/src/rateLimit.ts': lines(1) },
    keeps: { 'gateway/src/rate-limit.ts': lines(1) },
  },
  ...['// oxlint-disable-next-line no-console', '/* eslint-disable */', '// @ts-ignore'].map(
    (comment) => ({
      rule: 'silence-says-why',
      says: `${comment} is caught`,
      breaks: { [relay]: `${comment}\nit()\n` },
      keeps: {
        [relay]:
          '// oxlint-disable-next-line no-control-regex -- GSM 03.38 has control characters.\n' +
          '// @ts-expect-error: the library forgot this option in its types.\n' +
          "const words = 'oxlint-disable'\n",
      },
    }),
  ),
  {
    rule: 'hooks-always-run',
    says: 'a script that skips them is caught',
    breaks: { 'package.json': `{ "release": "git commit ${skip}" }` },
    keeps: { 'package.json': '{ "release": "git commit" }' },
  },
  {
    rule: 'raw-endpoints-are-counted',
    says: 'one that is not listed is caught',
    breaks: { [routes]: "export const it = endpoint.raw('POST /workshop/photos', {})\n" },
    keeps: { [routes]: "export const it = endpoint('POST /workshop/photos', {})\n" },
  },
  {
    rule: 'unaudited-writes-are-counted',
    says: 'one that is not listed is caught',
    breaks: { [routes]: "export const it = endpoint('POST /it', {\n  audits: 'refusals',\n})\n" },
    keeps: { [routes]: "export const it = endpoint('POST /it', {\n  reads: 'photo',\n})\n" },
  },
]
