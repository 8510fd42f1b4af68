import type { Client } from '../client.ts'
import type { Answer, Deed } from '../journal.ts'
import { signIn, signOut, type SignedIn } from './sessions.ts'
import type { Story } from './story.ts'

const ROUNDS = 4

interface Versioned {
  id: string
  version: number
}

/** An advisor changes customers whom others may change at the same time. */
export const editsCustomers: Story = {
  name: 'edits-customers',
  weight: 2,
  async tell(client, town) {
    const isOfPune = client.chance.happens(0.7)
    const known = town.residents.filter((one) => one.isOfPune === isOfPune)
    if (known.length === 0) return
    const session = await signIn(client, isOfPune ? 'advisor' : 'advisor.mum')
    if (!session) return
    for (let left = client.chance.between(1, 3); left > 0; left -= 1) {
      const { customerId } = client.chance.pick(known.slice(-5))
      await edit(client, session, 'GET /customers/:id', customerId, (mark) => ({
        deed: { kind: 'edit-customer', customerId, mark },
        endpoint: 'PUT /customers/:id',
        path: `/customers/${customerId}`,
        body: { city: mark },
      }))
    }
    if (client.chance.happens(0.5)) await signOut(client, session)
  },
}

/** The administrator changes service centers, and opens one now and then. */
export const editsCenters: Story = {
  name: 'edits-centers',
  weight: 2,
  async tell(client) {
    const session = await signIn(client, 'admin')
    if (!session) return
    const token = session.accessToken
    if (client.chance.happens(0.4)) await openCenter(client, token)
    const listed = await client.read({ endpoint: 'GET /admin/service-centers', token })
    if (listed?.status !== 200) return
    const centers = (listed.data as (Versioned & { code: string })[]).slice(0, 3)
    for (let left = client.chance.between(1, 3); left > 0; left -= 1) {
      const { id: centerId } = client.chance.pick(centers)
      const path = 'GET /admin/service-centers/:id'
      await edit(client, session, path, centerId, (mark) => ({
        deed: { kind: 'edit-center', centerId, mark },
        endpoint: 'PUT /admin/service-centers/:id',
        path: `/admin/service-centers/${centerId}`,
        body: { name: mark },
      }))
    }
  },
}

async function openCenter(client: Client, token: string): Promise<void> {
  const [reader = 0, story = 0] = client.name.split('.').map(Number)
  const code = `${'ABCDEFGHJK'[reader]}${(story % 1_296).toString(36).padStart(2, '0')}`
  const mark = markOf(client)
  await client.command(
    { kind: 'open-center', code: code.toUpperCase(), mark },
    {
      endpoint: 'POST /admin/service-centers',
      token,
      body: { code, name: mark, city: 'Pune', state: 'Maharashtra' },
    },
  )
}

interface Change {
  deed: Deed
  endpoint: string
  path: string
  body: object
}

/** A text that no other command writes, so that its effect can be found wherever it went. */
function markOf(client: Client): string {
  return `Mark ${client.name}.${client.count()}`
}

/** Reads the thing and changes this version; whoever was forestalled reads it again. */
async function edit(
  client: Client,
  { accessToken: token }: SignedIn,
  reading: string,
  id: string,
  changeBy: (mark: string) => Change,
): Promise<Answer | undefined> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const path = (reading.split(' ')[1] ?? '').replace(':id', id)
    const read = await client.read({ endpoint: reading, path, token })
    if (read?.status !== 200) {
      if (read) client.breach(`${reading} of ${id} answered ${read.status} ${read.reason}`)
      return undefined
    }
    const { version } = read.data as Versioned
    const { deed, ...ask } = changeBy(markOf(client))
    const headers = { 'if-match': `"${version}"` }
    const answer = await client.command(deed, { ...ask, token, headers })
    if (answer?.reason !== 'version_changed') return answer
  }
  return undefined
}
