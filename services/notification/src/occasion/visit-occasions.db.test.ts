import { randomUUIDv7 } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  InvoiceDocumentRendered,
  InvoiceDocumentSent,
  InvoiceIssued,
  PaymentReceived,
} from '@forecourt/contracts/billing-events'
import type { EventContract } from '@forecourt/contracts/event'
import { ServiceCenterOpened, UserCreated } from '@forecourt/contracts/identity-events'
import {
  ItemAdded,
  PurchaseRequestRaised,
  StockAlertRaised,
} from '@forecourt/contracts/inventory-events'
import {
  JobCardApprovalDecided,
  JobCardAssigned,
  JobCardCancelled,
  JobCardCompleted,
  JobCardDelivered,
  JobCardPartsArrived,
  JobCardPartsAwaited,
  LinkRequested,
  ServiceRequestApproved,
  ServiceRequestOpened,
  ServiceRequestRejected,
  ServiceRequestScheduled,
} from '@forecourt/contracts/workshop-events'
import { inTransaction } from '@forecourt/platform/database'
import { systemScope } from '@forecourt/platform/scope'
import { openStorage, StorageConfig } from '@forecourt/storage/config'
import { newKey } from '@forecourt/storage/storage'
import { eventually } from '@forecourt/testing/eventually'
import { centerFact } from '@forecourt/testing/facts'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { asha, isha, kiran, meera, priya, ravi, type Person } from '@forecourt/testing/people'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import {
  alertFact,
  cardFact,
  documentFact,
  issuedInvoiceFact,
  itemFact,
  linkFact,
  paymentFact,
  requestFact,
  userFact,
  wishFact,
} from '@forecourt/testing/visit-facts'
import { registerVisitor, type Visitor } from '@forecourt/testing/visiting'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedTemplates } from '../seed.ts'
import { notification } from '../service.ts'
import { visitOccasions } from './visit-occasions.ts'

let mailbox: LocalMailbox
let stack: Stack
let folder = ''
const pdf = newKey('billing')
const names = new Map([kiran, priya, asha, ravi, isha, meera].map(nameOf))

function nameOf({ userId, role }: Person): [string, string] {
  return [userId, role]
}

beforeAll(async () => {
  mailbox = await openMailbox()
  folder = await mkdtemp(join(tmpdir(), 'notification-'))
  stack = await openStack(notification, {
    ...mailbox.env,
    NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9',
    FRONTEND_URL: 'https://front.example/',
    FORECOURT_DATA: folder,
  })
  await inTransaction(stack.pool, systemScope(), (db) => seedTemplates(db))
  await publish(stack, ServiceCenterOpened, centerFact())
  for (const person of [kiran, priya, asha, ravi, isha, meera]) {
    await publish(stack, UserCreated, userFact(person))
  }
  await eventually('the staff', async () => {
    const { rowCount } = await stack.admin.query('select from staff')
    return rowCount === 6
  })
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
  await rm(folder, { recursive: true, force: true })
})

interface Case {
  contract: EventContract
  /** What the event says, and the id of the thing that the notice is about. */
  says: (visitor: Visitor, item: string) => Record<string, unknown>
  /** role → title, text, type, category and address; nobody else is told. */
  notices?: Record<string, [title: string, text: string, type: string, path: string]>
  /** What the customer reads by SMS and WhatsApp. */
  words?: string
  /** What the customer reads by e-mail. */
  mail?: string
}

const card = (changes = {}) => ({
  says: (visitor: Visitor) => cardFact(visitor, changes),
})
const asked = (changes = {}) => ({
  says: (visitor: Visitor) => requestFact(visitor, changes),
})
/** The engineer and the manager read the same of a card. */
function byBoth(title: string, text: string, type: string): NonNullable<Case['notices']> {
  const told: [string, string, string, string] = [title, text, `${type} job_card`, '/job-cards']
  return { technician: told, service_center: told }
}
const car = 'Toyota Innova (MH12AB1234)'

const cases: Case[] = [
  {
    contract: ServiceRequestOpened,
    ...asked(),
    notices: {
      service_center: [
        'Service request SR-000123 awaits approval',
        'Toyota Innova: repair, priority high.',
        'approval request',
        '/service-requests',
      ],
    },
  },
  {
    contract: ServiceRequestApproved,
    ...asked(),
    notices: {
      advisor: [
        'Service request SR-000123 is approved',
        'Toyota Innova: a job card may be opened.',
        'success request',
        '/service-requests',
      ],
    },
    words: `our service request SR-000123 for ${car} has been approved.`,
  },
  {
    contract: ServiceRequestRejected,
    ...asked({ requestedBy: null }),
    words: `accept your service request SR-000123 for ${car}.`,
  },
  {
    contract: ServiceRequestScheduled,
    ...asked({ scheduledDate: '2026-12-01', scheduledTime: '10:30' }),
    notices: {
      advisor: [
        'Service request SR-000123 is scheduled',
        'Toyota Innova: 1 December 2026, 10:30.',
        'info request',
        '/service-requests',
      ],
    },
    words: `he service of ${car} is scheduled for 1 December 2026, 10:30.`,
  },
  {
    contract: JobCardAssigned,
    ...card(),
    notices: {
      technician: [
        'Job card JC-000456 is yours',
        'Toyota Innova was assigned to you.',
        'info job_card',
        '/job-cards',
      ],
    },
  },
  {
    contract: JobCardPartsAwaited,
    ...card(),
    notices: {
      service_center: [
        'Job card JC-000456 waits for parts',
        'Toyota Innova: parts are short.',
        'warning job_card',
        '/job-cards',
      ],
    },
    words: `he work on ${car} waits for parts that we have ordered.`,
  },
  {
    contract: JobCardPartsArrived,
    ...card(),
    notices: byBoth(
      'The parts of job card JC-000456 are there',
      'Toyota Innova: the work can go on.',
      'success',
    ),
  },
  {
    contract: JobCardApprovalDecided,
    ...card(),
    notices: byBoth(
      'The customer of job card JC-000456 has decided',
      'Toyota Innova: the card says which additional services are approved.',
      'info',
    ),
  },
  {
    contract: JobCardCancelled,
    ...card(),
    notices: byBoth(
      'Job card JC-000456 is cancelled',
      'Toyota Innova: no work is to be done, the parts go back.',
      'warning',
    ),
    words: `he work on ${car} has been cancelled.`,
  },
  {
    contract: JobCardCompleted,
    ...card(),
    notices: {
      service_center: [
        'Job card JC-000456 is completed',
        'Toyota Innova can be billed and handed over.',
        'success job_card',
        '/job-cards',
      ],
    },
    words: `he work on ${car} is completed.`,
  },
  {
    contract: JobCardDelivered,
    ...card(),
    notices: {
      service_center: [
        'Job card JC-000456 is delivered',
        'Toyota Innova was handed over.',
        'info job_card',
        '/job-cards',
      ],
    },
    words: `e have handed ${car} over to you.`,
  },
  {
    contract: LinkRequested,
    says: (visitor) => linkFact(visitor, 'approval', 'secret-token'),
    words: 'reject it: https://front.example/approvals/secret-token',
  },
  {
    contract: LinkRequested,
    says: (visitor) => linkFact(visitor, 'feedback', 'secret-token'),
    words: 'Please tell us: https://front.example/feedback/secret-token',
  },
  {
    contract: PurchaseRequestRaised,
    says: (_, item) => wishFact(item),
    notices: {
      inventory_manager: [
        'Purchase request PR-000017 is raised',
        '3 × Brake pad (BRK-PAD-FR-01) for Forecourt Pune.',
        'approval inventory',
        '/inventory/purchase-requests',
      ],
    },
  },
  {
    contract: StockAlertRaised,
    says: (_, item) => alertFact(item, null),
    notices: {
      inventory_manager: [
        'Brake pad (BRK-PAD-FR-01) runs short',
        'the central warehouse has 2; buying begins at 5.',
        'warning inventory',
        '/inventory/items',
      ],
    },
  },
  {
    contract: InvoiceIssued,
    says: ({ customerId }) => issuedInvoiceFact(customerId),
    notices: {
      service_center: [
        'Invoice PUN/26-27/000789 is issued',
        '₹1,18,050.00 are to be paid.',
        'info invoice',
        '/invoices',
      ],
    },
    words: 'our invoice PUN/26-27/000789 over ₹1,18,050.00 is ready.',
  },
  ...[InvoiceDocumentRendered, InvoiceDocumentSent].map((contract) => ({
    contract,
    says: ({ customerId }: Visitor) => documentFact(customerId, pdf),
    mail: 'Attached is your invoice PUN/26-27/000789 over ₹1,18,050.00.',
  })),
  {
    contract: PaymentReceived,
    says: ({ customerId }) => paymentFact(customerId),
    notices: {
      service_center: [
        'Payment PAY-000321 is received',
        '₹2,500.50 by upi.',
        'success invoice',
        '/invoices',
      ],
    },
    words: 'e have received your payment PAY-000321 of ₹2,500.50.',
  },
]

test('every event of the table is told below', () => {
  const told = new Set(cases.map(({ contract }) => contract.name))
  expect(told).toEqual(new Set(visitOccasions.map(({ contract }) => contract.name)))
})

async function noticesOf(eventId: string) {
  const { rows } = await stack.admin.query<{ user_id: string; told: string[] }>(
    `select user_id, array[title, message, type || ' ' || category,
            replace(action_url, '/' || related_entity_id, '')] as told
       from notification where event_id = $1`,
    [eventId],
  )
  return Object.fromEntries(rows.map(({ user_id: id, told }) => [names.get(id) ?? id, told]))
}

async function lettersOf(eventId: string) {
  const { rows } = await stack.admin.query<{ channel: string; status: string }>(
    'select channel, status from message where event_id = $1 order by channel',
    [eventId],
  )
  return rows
}

let count = 0

test.for(cases.map((one, place) => [`${place + 1} ${one.contract.name}`, one] as const))(
  '%s reaches exactly those whom it concerns, and twice the same event is told once',
  async ([, { contract, says, notices = {}, words, mail }]) => {
    count += 1
    const phone = `+9198300${String(count).padStart(5, '0')}`
    const email = `visitor-${count}@example.com`
    const visitor = await registerVisitor(stack, { phone, email })
    const item = itemFact()
    await publish(stack, ItemAdded, item)
    if (mail) await keepPdf()
    const data = says(visitor, item.itemId) as never
    const first = await publish(stack, contract, data)
    await publish(stack, contract, data, { id: first })
    // Of the same key, so that it is heard after the repetition.
    const later = await publish(stack, contract, data, { version: 2 })

    const channels = [...(mail ? ['email'] : []), ...(words ? ['sms', 'whatsapp'] : [])]
    await eventually('what the later event entails', async () => {
      const [told, letters] = [await noticesOf(later), await lettersOf(later)]
      const isSent = letters.every(({ status }) => status === 'sent')
      const { length } = Object.keys(told)
      return length === Object.keys(notices).length && letters.length === channels.length && isSent
    })
    await eventually('the letters of the first', async () => {
      const letters = await lettersOf(first)
      return letters.every(({ status }) => status === 'sent')
    })
    expect(await noticesOf(first)).toEqual(notices)
    expect((await lettersOf(first)).map(({ channel }) => channel)).toEqual(channels)
    const calls = await mailbox.messages(phone)
    expect(calls).toHaveLength(words ? 4 : 0)
    for (const { text } of calls) expect(text).toContain(words)
    const mails = await mailbox.messages(email)
    expect(mails).toHaveLength(mail ? 2 : 0)
    for (const { text, attachments } of mails) {
      expect(text).toContain(mail)
      expect(attachments).toEqual([
        { name: 'Invoice PUN-26-27-000789.pdf', mediaType: 'application/pdf', size: 8 },
      ])
    }
  },
)

test('whoever owns a garage hears what a manager hears, of the own garage alone', async () => {
  const garage = randomUUIDv7()
  const omar: Person = { ...priya, userId: randomUUIDv7(), role: 'garage_owner', centers: [garage] }
  const center = { serviceCenterId: garage, code: 'G1', isHeadOffice: false, pinPrefixes: [] }
  await publish(stack, ServiceCenterOpened, { ...centerFact(), ...center })
  await publish(stack, UserCreated, userFact(omar))
  await eventually('the owner', async () => {
    const { rowCount } = await stack.admin.query('select from staff where id = $1', [omar.userId])
    return rowCount === 1
  })
  const issued = issuedInvoiceFact(null)
  const eventId = await publish(stack, InvoiceIssued, { ...issued, serviceCenterId: garage })
  const elsewhere = await publish(stack, InvoiceIssued, issued)
  await expect.poll(async () => Object.keys(await noticesOf(eventId))).toEqual([omar.userId])
  await expect.poll(async () => Object.keys(await noticesOf(elsewhere))).toEqual([priya.role])
})

async function keepPdf(): Promise<void> {
  const storage = await openStorage(StorageConfig.parse({ FORECOURT_DATA: folder }))
  await storage.write(pdf, Buffer.from('%PDF-1.7'))
  storage.close()
}
