import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { LocalStack } from './local-stack.ts'

const ROOT = new URL('../', import.meta.url).pathname
const PROGRAM = 'infra/local/rebuild.ts'

/** Asks as one of the seeded people. */
type Ask = <Data>(who: string, signature: string) => Promise<Data>

interface Kpi {
  name: string
  value: number
}

/** What the owners of the documents say of Pune today, under the names of the dashboard. */
export async function ledgersOf(as: Ask, day: string): Promise<Record<string, number>> {
  const counted = async (path: string) => (await as<unknown[]>('manager', `GET ${path}`)).length
  const issued = `/invoices/reports/summary?from=${day}&to=${day}`
  const sums = await as<{ totalAmount: number }[]>('manager', `GET ${issued}`)
  const requests = '/workshop/service-requests?filter[status]='
  const cards = '/workshop/job-cards?filter[status]='
  return {
    service_requests_pending: await counted(`${requests}pending`),
    service_requests_completed: await counted(`${requests}completed`),
    job_cards_in_progress: await counted(`${cards}in_progress`),
    pending_approvals: await counted(`${cards}waiting_customer_approval`),
    low_stock_items: await counted('/inventory/alerts'),
    revenue_today: sums.reduce((sum, { totalAmount }) => sum + totalAmount, 0),
  }
}

export async function dashboardOf(as: Ask, who: string): Promise<Record<string, number>> {
  const { kpis } = await as<{ kpis: Kpi[] }>(who, 'GET /dashboard')
  return Object.fromEntries(kpis.map(({ name, value }) => [name, value]))
}

/** Counts the figures anew, as one does on this machine; answers what the command says. */
export async function countAnew({ dataDir }: LocalStack): Promise<string> {
  const { PATH, HOME } = process.env
  const args = [PROGRAM, 'reporting', 'figures']
  const env = { PATH, HOME, FORECOURT_DATA: dataDir }
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env })
  return stdout
}
