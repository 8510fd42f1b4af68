import { lines, noun, proof, relay, routes, type Case } from './case.ts'

const queries = 'services/workshop/src/job-card/job-card.queries.ts'
const main = 'services/workshop/src/main.ts'
const billing = 'services/billing/src/invoice/invoice.ts'

const imports = (specifier: string) => `import { it } from '${specifier}'\nit()\n`
const lone = { [billing]: 'export const it = () => 1\n' }

export const importCases: Case[] = [
  {
    rule: 'every-file-has-a-room',
    says: 'a suffix that names no room is caught',
    breaks: { 'services/workshop/src/job-card/job-card.controller.ts': lines(1) },
    keeps: { [routes]: lines(1) },
  },
  {
    rule: 'every-file-has-a-room',
    says: 'a folder within a noun is caught',
    breaks: { 'services/workshop/src/job-card/parts/part.ts': lines(1) },
    keeps: { 'services/workshop/src/job-card/part.ts': lines(1) },
  },
  {
    rule: 'rooms-keep-their-doors',
    says: 'a noun that imports the platform is caught',
    breaks: { [noun]: imports('@forecourt/platform/problem') },
    keeps: { [routes]: imports('@forecourt/platform/problem') },
  },
  {
    rule: 'rooms-keep-their-doors',
    says: 'a contract that imports the platform is caught, even a type in passing',
    breaks: {
      'packages/contracts/src/money.ts':
        "export type It = import('@forecourt/platform/scope').Scope\n",
    },
    keeps: { 'packages/contracts/src/money.ts': "export type { Id } from './event.ts'\n" },
  },
  {
    rule: 'rooms-keep-their-doors',
    says: 'main that imports more than its service is caught',
    breaks: { [main]: imports('./job-card/job-card.routes.ts') },
    keeps: { [main]: imports('./service.ts') },
  },
  {
    rule: 'rooms-keep-their-doors',
    says: 'code that imports a test is caught',
    breaks: { [routes]: imports('./job-card.test.ts'), [proof]: lines(1) },
    keeps: { [proof]: imports('./job-card.routes.ts') },
  },
  {
    rule: 'services-are-strangers',
    says: "another service's file is caught",
    breaks: { [noun]: imports('@forecourt/billing/invoice/invoice'), ...lone },
    keeps: { [noun]: imports('@forecourt/contracts/billing-events'), ...lone },
  },
  {
    rule: 'services-are-strangers',
    says: 'a dynamic import is caught too',
    breaks: { [proof]: "const it = await import('@forecourt/billing/invoice/invoice')\n", ...lone },
    keeps: { [proof]: "const it = await import('@forecourt/testing/invoice')\n", ...lone },
  },
  {
    rule: 'packages-go-by-name',
    says: 'a relative path into another package is caught',
    breaks: { [routes]: imports('../../../../packages/platform/src/problem.ts') },
    keeps: { [routes]: imports('@forecourt/platform/problem') },
  },
  {
    rule: 'packages-go-by-name',
    says: 'a package without a subpath is caught',
    breaks: { [routes]: imports('@forecourt/contracts') },
    keeps: { [routes]: imports('@forecourt/contracts/event') },
  },
  ...['kafkajs', 'pg', 'ioredis', 'fastify', '@fastify/jwt', 'pg/lib/pool'].map((client) => ({
    rule: 'clients-stay-in-their-rooms',
    says: `${client} in a service is caught`,
    breaks: { [queries]: imports(client) },
    keeps: { [relay]: imports(client) },
  })),
  {
    rule: 'clients-stay-in-their-rooms',
    says: "a service's test is caught",
    breaks: { [proof]: imports('pg') },
    keeps: { 'packages/platform/src/relay.db.test.ts': imports('pg') },
  },
  ...['node:fs', 'node:net', 'pg', 'kysely', 'undici'].map((library) => ({
    rule: 'pure-rooms-know-no-library',
    says: `${library} in a noun is caught`,
    breaks: { [noun]: imports(library) },
    keeps: { [noun]: imports('zod') },
  })),
  {
    rule: 'pure-rooms-know-no-library',
    says: 'a contract that reads a file is caught',
    breaks: { 'packages/contracts/src/money.ts': imports('node:fs/promises') },
    keeps: { 'packages/contracts/src/money.ts': imports('libphonenumber-js/min') },
  },
  {
    rule: 'no-circles',
    says: 'three files in a circle are caught',
    breaks: {
      'gateway/src/main.ts': imports('./a.ts'),
      'gateway/src/a.ts': imports('./b.ts'),
      'gateway/src/b.ts': "export type { It } from './c.ts'\n",
      'gateway/src/c.ts': imports('@forecourt/gateway/a'),
    },
    keeps: {
      'gateway/src/main.ts': imports('./a.ts') + imports('./b.ts'),
      'gateway/src/a.ts': imports('./c.ts'),
      'gateway/src/b.ts': imports('./c.ts'),
      'gateway/src/c.ts': lines(1),
    },
  },
]
