import { z } from 'zod'

/** A text for one occasion, channel and language. It is only ever filled, never composed. */
export const TemplateRow = z.object({
  id: z.uuid(),
  name: z.string(),
  event: z.string(),
  channel: z.enum(['sms', 'whatsapp', 'email']),
  language: z.string(),
  category: z.enum(['authentication', 'transactional', 'promotional']),
  subject: z.string().nullable(),
  body: z.string(),
  /** Under which Indian carriers know the text of an SMS. */
  dltTemplateId: z.string().nullable(),
  whatsappCategory: z.enum(['AUTHENTICATION', 'UTILITY', 'MARKETING']).nullable(),
  createdAt: z.string(),
  retiredAt: z.string().nullable(),
})
export type TemplateRow = z.infer<typeof TemplateRow>

export type Wording = Omit<TemplateRow, 'id' | 'createdAt' | 'retiredAt'>

/** The texts of one occasion, of which each channel has its own. */
export interface Texts extends Pick<Wording, 'name' | 'event' | 'category'> {
  whatsappCategory: NonNullable<Wording['whatsappCategory']>
  texts: (Pick<Wording, 'channel' | 'body'> & { subject?: string })[]
}

export type Variables = Record<string, string>

const signed = ['dealer.name']
const person = ['customer.firstName', ...signed]
const request = ['request.number', 'vehicle']
const card = ['card.number', 'vehicle']
const invoice = ['invoice.number', 'invoice.total']

/** What may stand between braces in the texts of each occasion. */
const variablesOf: Record<string, readonly string[]> = {
  otp: ['otp.code', 'otp.minutes', ...signed],
  password_reset: ['link.url', ...signed],
  contact_replaced: signed,
  registration_confirmation: ['customer.referenceId', 'vehicles', ...person],
  thank_you: ['outreach.text', ...person],
  discount: ['outreach.text', ...person],
  service_request_approved: [...request, ...person],
  service_request_rejected: [...request, ...person],
  service_request_scheduled: ['request.when', ...request, ...person],
  parts_awaited: [...card, ...person],
  approval_asked: ['link.url', ...person],
  feedback_asked: ['link.url', ...person],
  job_card_completed: [...card, ...person],
  job_card_delivered: [...card, ...person],
  job_card_cancelled: [...card, ...person],
  invoice_issued: [...invoice, ...person],
  invoice_document: [...invoice, ...person],
  payment_received: ['payment.number', 'payment.amount', 'payment.method', ...person],
}

const PLACE = /\{\{\s*([\w.]+)\s*(?:\|([^}]*))?\}\}/g
const BOLD = /\*\*(.+?)\*\*/gs

/**
 * Puts the values into `{{customer.firstName}}`; `{{outreach.text|These words}}` has words of its
 * own for when there is no value. Throws on a place that has neither.
 */
export function fill(text: string, variables: Variables): string {
  return text.replace(PLACE, (_, name: string, otherwise?: string) => {
    const value = variables[name] ?? otherwise
    if (value === undefined) throw new Error(`The text asks for {{${name}}}, which is not known.`)
    return value
  })
}

/** Throws when a text asks for what its occasion does not know, or has a broken place. */
export function checkWording({ name, channel, subject, body }: Wording): void {
  const known = variablesOf[name]
  if (!known) throw new Error(`There is no occasion "${name}".`)
  const text = `${subject ?? ''}\n${body}`
  for (const [, variable = ''] of text.matchAll(PLACE)) {
    if (known.includes(variable)) continue
    throw new Error(`${name} by ${channel} asks for {{${variable}}}, which is not known.`)
  }
  if (/\{\{|\}\}/.test(text.replace(PLACE, ''))) {
    throw new Error(`${name} by ${channel} has a brace that opens or closes nothing.`)
  }
}

type Rendered = { text: string; subject?: string; html?: string }

/** The text as it is sent. An e-mail is told twice; only its html shows what `**` makes bold. */
export function render(wording: Wording, variables: Variables): Rendered {
  const { subject, body } = wording
  if (subject === null) return { text: fill(body, variables) }
  return {
    subject: fill(subject, variables),
    text: fill(body.replace(BOLD, '$1'), variables),
    html: renderHtml(body, wording.language, variables),
  }
}

function renderHtml(body: string, language: string, variables: Variables): string {
  const safe = Object.entries(variables).map(([name, value]): [string, string] => [
    name,
    escapeHtml(value),
  ])
  const paragraphs = escapeHtml(body)
    .replace(BOLD, '<b>$1</b>')
    .split('<br><br>')
    .map((paragraph) => `<p>${fill(paragraph, Object.fromEntries(safe))}</p>`)
  return `<!doctype html><html lang="${language}"><body>${paragraphs.join('')}</body></html>`
}

function escapeHtml(text: string): string {
  const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign).replace(/\r?\n/g, '<br>')
}
