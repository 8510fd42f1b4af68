import { KeyRing } from '@forecourt/platform/config'
import { openPool } from '@forecourt/platform/database'
import { personalData } from '@forecourt/platform/personal'
import { asha, pune } from '@forecourt/testing/people'
import { crowdInto } from '../../local/crowd.ts'
import { authorizationOf, mainOf, recordEach } from '../asking.ts'
import { pgbenchMedian, scriptOf } from '../pgbench.ts'
import type { BenchRow } from '../row.ts'
import type { Prepared } from '../stage.ts'
import { waitingFor } from '../waiting.ts'

const CENTERS = 20
/** What somebody has typed when the search is worth its name. */
const prefixes = ['MH12A', 'MH12DK', 'MH14', 'KA03M', 'MH02CB1', 'MA3', 'GJ01Z9', 'MH31PQ']
const names = [
  'Rahul Deshp',
  'Asha Pati',
  'Zoya',
  'Kulkarni',
  'imran sh',
  'Meera Na',
  'Wagh',
  'tara v',
]
const headers = { authorization: authorizationOf(asha) }

/** Asha searches the vehicles of her center among those of all. */
export const vehicleSearch: BenchRow = {
  name: 'vehicle-search',
  figures: {
    prefix: {
      what: 'search by the beginning of a mark or VIN, as it is typed, median',
      unit: 'ms',
      reference: 'pgbench of the same SQL, one after the other',
      bar: { most: 3 },
    },
    name: {
      what: "list of 20 with total by a part of the owner's name, median",
      unit: 'ms',
      reference: 'pgbench of the same SQL, one after the other',
      bar: { most: 3 },
    },
  },
  async open(stage) {
    const database = await stage.prepare('customer-vehicle', 'searched')
    await fill(database, stage.vehicles)
    const searches = {
      prefix: prefixes.map((q) => `/vehicles/search/quick?q=${encodeURIComponent(q)}`),
      name: names.map((name) => `/vehicles?search=${encodeURIComponent(name)}`),
    }
    const scripts = async (paths: string[]) => {
      const asked = [paths[0] ?? '', ...paths].map((url) => ({ url, headers }))
      const [, ...recorded] = await recordEach(stage, 'customer-vehicle', database, asked)
      return recorded.map((statements) => scriptOf(statements, statements))
    }
    const sql = { prefix: await scripts(searches.prefix), name: await scripts(searches.name) }
    const served = await stage.serve(mainOf('customer-vehicle'), database.env)
    return {
      ours: async () => ({
        prefix: await waitingFor(served.url, searches.prefix, headers),
        name: await waitingFor(served.url, searches.name, headers),
      }),
      reference: async () => ({
        prefix: await pgbenchMedian(database.url, sql.prefix, stage.folder),
        name: await pgbenchMedian(database.url, sql.name, stage.folder),
      }),
      async close() {
        await served.stop()
      },
    }
  },
}

/** A crowd that twenty centers serve, of which Asha's is one. */
async function fill({ url, admin, env }: Prepared, vehicles: number): Promise<void> {
  await admin.query(
    `insert into service_center (id, code, name, is_active, is_head_office, pin_prefixes, state,
                                 time_zone, version)
     select case when n = 1 then $2::uuid else gen_random_uuid() end, 'C' || n, 'Center ' || n,
            true, n = 1, '{}', 'Maharashtra', 'Asia/Kolkata', 1
       from generate_series(1, $1::int) as n`,
    [CENTERS, pune],
  )
  const pool = openPool({ url, max: 2 })
  const [keys, indexKeys] = [env['PERSONAL_KEYS'] ?? '', env['BLIND_INDEX_KEY'] ?? '']
  const personal = personalData(KeyRing.parse(keys), KeyRing.parse(indexKeys))
  try {
    await crowdInto({ pool, personal }, { vehicles, seed: 1, isTold: false }, (line) =>
      process.stderr.write(`${line}\n`),
    )
  } finally {
    await pool.end()
  }
  await admin.query('vacuum analyze')
}
