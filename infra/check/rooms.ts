import { matchesGlob } from 'node:path'

/** The libraries that reach an engine or open a port. */
export type Client = 'fastify' | 'ioredis' | 'kafkajs' | 'pg'

export interface Room {
  name: string
  where: string
  /** The question that the room answers. A line that answers none is deleted. */
  asks: string
  /** Our own rooms that its files may import; files of the same service are still only these. */
  mayImport: string[]
  clients?: Client[]
  /** The only libraries it may import; without this, any that its package lists. */
  libraries?: string[]
}

const allClients: Client[] = ['fastify', 'ioredis', 'kafkajs', 'pg']
const pureLibraries = ['zod', 'libphonenumber-js']
const ground = ['contracts', 'platform']
const kits = ['otp', 'storage']
const parts = ['noun', 'queries', 'adapter', 'service-root']

/** The plan of the house. The first room whose pattern fits is the one that a file stands in. */
const rooms: Room[] = [
  {
    name: 'test',
    where: '**/*.test.ts',
    asks: 'What do we promise?',
    mayImport: ['test', 'testing', 'engines', 'inbox', ...ground, ...kits],
  },
  {
    name: 'contracts',
    where: 'packages/contracts/src/**/*.ts',
    asks: 'What have we promised one another?',
    mayImport: ['contracts'],
    libraries: pureLibraries,
  },
  {
    name: 'platform',
    where: 'packages/platform/src/**/*.ts',
    asks: 'How does every request, event and job travel?',
    mayImport: ['platform', 'contracts'],
    clients: allClients,
  },
  {
    name: 'otp',
    where: 'packages/otp/src/**/*.ts',
    asks: 'How is a code made, counted and proved?',
    mayImport: ['otp', 'contracts', 'platform'],
  },
  {
    name: 'storage',
    where: 'packages/storage/src/**/*.ts',
    asks: 'Where do files lie?',
    mayImport: ['storage', 'contracts'],
  },
  {
    name: 'engines',
    where: 'packages/engines/src/**/*.ts',
    asks: 'Where do Postgres, Kafka and Redis come from on this machine?',
    mayImport: ['engines'],
    clients: ['ioredis', 'kafkajs', 'pg'],
  },
  {
    name: 'inbox',
    where: 'packages/inbox/src/**/*.ts',
    asks: 'Where do messages go when no provider is bought?',
    mayImport: ['inbox'],
    // It plays the providers' side, outside our road, so it opens a port of its own.
    clients: ['fastify'],
  },
  {
    name: 'testing',
    where: 'packages/testing/src/**/*.ts',
    asks: 'What does every test need?',
    mayImport: ['testing', 'engines', 'inbox', ...ground],
    clients: allClients,
  },
  {
    name: 'rig',
    where: 'packages/platform/test/**/*.ts',
    asks: 'What does the road carry while it is tested? A service of one noun, and its faults.',
    mayImport: ['rig', 'testing', ...ground],
    clients: allClients,
  },
  {
    name: 'client',
    where: 'packages/client/src/**/*.ts',
    asks: 'What does the front end import?',
    mayImport: ['client'],
  },
  {
    name: 'main',
    where: 'services/*/src/main.ts',
    asks: 'Turn on the lights.',
    mayImport: ['service', 'platform'],
  },
  {
    name: 'service',
    where: 'services/*/src/service.ts',
    asks: 'What is in this service? Its table of contents.',
    mayImport: [...parts, 'seed', 'routes', 'jobs', 'consumers', ...ground, ...kits],
  },
  {
    name: 'consumers',
    where: 'services/*/src/{consumers.ts,*/*.consumers.ts}',
    asks: 'What does the world tell us?',
    mayImport: [...parts, 'consumers', ...ground],
  },
  {
    name: 'seed',
    where: 'services/*/src/seed.ts',
    asks: 'What does a new installation begin with?',
    mayImport: [...parts, ...ground],
  },
  {
    name: 'service-root',
    where: 'services/*/src/*.ts',
    asks: 'What do all nouns of this service stand on? Its tables and its configuration.',
    mayImport: ['noun', 'service-root', ...ground, ...kits],
  },
  {
    name: 'routes',
    where: 'services/*/src/*/*.routes.ts',
    asks: 'Who may ask for what, and what is answered?',
    mayImport: [...parts, ...ground, ...kits],
  },
  {
    name: 'queries',
    where: 'services/*/src/*/*.queries.ts',
    asks: 'How do we look it up, and what do two callers write alike?',
    mayImport: ['noun', 'queries', 'service-root', ...ground, 'otp'],
  },
  {
    name: 'jobs',
    where: 'services/*/src/*/*.jobs.ts',
    asks: 'What happens without anybody asking?',
    mayImport: [...parts, 'jobs', ...ground, ...kits],
  },
  {
    name: 'adapter',
    where: 'services/*/src/*/*.adapter.ts',
    asks: 'How do we speak to that provider or library?',
    mayImport: ['noun', 'adapter', 'service-root', ...ground],
  },
  {
    name: 'noun',
    where: 'services/*/src/*/+([a-z0-9-]).ts',
    asks: 'What is it, and what may happen to it?',
    mayImport: ['noun', 'contracts'],
    libraries: pureLibraries,
  },
  {
    name: 'reference',
    where: 'services/*/reference/*.ts',
    asks: 'How were the reference tables made?',
    mayImport: ['reference', 'noun'],
  },
  {
    name: 'gateway',
    where: 'gateway/src/**/*.ts',
    asks: 'Which door leads to which house?',
    mayImport: ['gateway', 'platform', 'contracts'],
    clients: allClients,
  },
  {
    name: 'bench',
    where: 'infra/bench/**/*.ts',
    asks: 'How fast is it beside the bare library?',
    mayImport: ['bench', 'infra', 'engines', 'testing', ...ground],
    clients: allClients,
  },
  {
    name: 'chaos',
    where: 'infra/chaos/**/*.ts',
    asks: 'Does everything hold when anything may be killed?',
    mayImport: ['chaos', 'infra', 'engines', 'inbox', ...ground],
    clients: ['kafkajs', 'pg'],
  },
  {
    name: 'infra',
    where: 'infra/**/*.ts',
    asks: 'Where does it stand?',
    mayImport: ['infra', 'engines', 'inbox', 'storage', 'service', 'noun', 'gateway', ...ground],
  },
  {
    name: 'e2e',
    where: 'e2e/**/*.ts',
    asks: 'Do the flows work with everything running?',
    mayImport: ['e2e', 'testing', 'engines', 'contracts'],
  },
  {
    name: 'settings',
    where: '*.config.ts',
    asks: 'How do our tools behave?',
    mayImport: ['infra'],
  },
]

export function roomOf(file: string): Room | undefined {
  return rooms.find((room) => matchesGlob(file, room.where))
}

/** The room of the file that a test stands beside: `a/b.db.test.ts` stands beside `a/b.ts`. */
export function roomBeside(test: string): Room | undefined {
  return roomOf(test.replace(/(\.db)?\.test\.ts$/, '.ts'))
}

/** `services/billing` of `services/billing/src/main.ts`: what a `package.json` stands over. */
export function packageOf(file: string): string {
  const depth = /^(packages|services)\//.test(file) ? 2 : 1
  return file.split('/').slice(0, depth).join('/')
}
