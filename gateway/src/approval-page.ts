import type { FastifyInstance } from 'fastify'
import { policyOf } from './page-policy.ts'

const STYLE = `
:root { color-scheme: light dark }
body { font: 16px/1.55 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }
table { width: 100%; border-collapse: collapse; margin: 1rem 0 }
td, th { text-align: start; padding: .35rem 0; border-top: 1px solid #8888 }
td:last-child, th:last-child { text-align: end; font-variant-numeric: tabular-nums }
button { font: inherit; padding: .5rem 1.5rem; margin-inline-end: .5rem }
`

const SCRIPT = `
const address = '/api/v1' + location.pathname
const words = document.querySelector('#words')
const table = document.querySelector('table')
const buttons = document.querySelector('#buttons')

async function ask(init) {
  const answer = await fetch(address, init)
  const { success, data, message, error } = await answer.json()
  if (success) return show(data, message)
  words.textContent = error ? error.message : message
  buttons.hidden = true
}

function show(approval, said) {
  const money = new Intl.NumberFormat('en-IN', { style: 'currency', currency: approval.currency })
  const { jobCardNumber, vehicle, services, tax, total, status } = approval
  const isOpen = status === 'open'
  const car = vehicle ? vehicle.make + ' ' + vehicle.model + ', ' : ''
  words.textContent = isOpen ? car + 'job card ' + jobCardNumber : said || 'This is ' + status + '.'
  const decided = (line) => (line.decision === 'pending' ? '' : ' (' + line.decision + ')')
  table.replaceChildren(
    ...services.map((line) => row('td', line.description + decided(line), money.format(line.cost))),
    row('td', 'Tax', money.format(tax)),
    row('th', 'Total', money.format(total)),
  )
  table.hidden = false
  buttons.hidden = !isOpen
}

function row(kind, ...texts) {
  const line = document.createElement('tr')
  for (const text of texts) {
    line.append(Object.assign(document.createElement(kind), { textContent: text }))
  }
  return line
}

buttons.addEventListener('click', ({ target }) => {
  if (!target.value) return
  const headers = { 'content-type': 'application/json' }
  ask({ method: 'PUT', headers, body: JSON.stringify({ decision: target.value }) })
})
ask()
`

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>More work on your vehicle</title>
<style>${STYLE}</style>
<h1>More work on your vehicle</h1>
<p id="words" role="status">One moment …</p>
<table hidden></table>
<p id="buttons" hidden>
<button value="approve">Approve</button><button value="reject">Reject</button>
</p>
<noscript>This page needs scripts to ask for the lines and to bring your answer.</noscript>
<script>${SCRIPT}</script>
</html>
`

const POLICY = policyOf({ style: STYLE, script: SCRIPT, more: ["connect-src 'self'"] })

/**
 * What a customer's link opens where there is no front end yet. It shows what the API shows and
 * decides by the API's own `PUT`: opening the link does nothing. In development only.
 */
export function showApprovals(app: FastifyInstance): void {
  app.get('/approvals/:token', (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .header('cache-control', 'no-store')
      .send(PAGE),
  )
}
