import { catalogue } from '@forecourt/contracts/catalogue'
import { serviceNames } from '@forecourt/contracts/service-name'
import { consumer, on } from '@forecourt/platform/consumer'
import { inTransaction } from '@forecourt/platform/database'
import { Outbox } from '@forecourt/platform/outbox'
import { systemScope } from '@forecourt/platform/scope'
import { service } from '@forecourt/platform/service'
import { eventually } from '@forecourt/testing/eventually'
import { openStack } from '@forecourt/testing/stack'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { newestOf, readSamples } from './samples.ts'

const samples = readSamples()

for (const name of serviceNames) {
  test(`every event of ${name} comes out of the bus as it went in`, async () => {
    const own = catalogue.filter((contract) => contract.service === name)
    const heard = new Map<string, unknown>()
    const ear = service<z.ZodObject, object, object>({
      name,
      about: 'Says and hears every event of one service',
      config: z.object({}),
      migrations: [],
      means: () => ({}),
      endpoints: [],
      consumers: [
        consumer(
          'samples',
          own.map((contract) =>
            on(contract, async (_context, data) => void heard.set(contract.name, data)),
          ),
        ),
      ],
    })
    const stack = await openStack(ear)
    try {
      const said = new Map(own.map((event) => [event.name, newestOf(samples, event.name)?.data]))
      await inTransaction(stack.pool, systemScope(), async (db) => {
        const outbox = new Outbox(name, { correlationId: 'samples' })
        for (const [at, contract] of own.entries()) {
          outbox.emit(contract, at + 1, contract.data.parse(said.get(contract.name)))
        }
        await outbox.flush(db)
      })
      await eventually(`every event of ${name}`, () => heard.size === own.length, 20_000)
      expect(heard).toEqual(said)
    } finally {
      await stack.close()
    }
  })
}
