import { service } from '@forecourt/platform/service'
import { openStorage, StorageConfig } from '@forecourt/storage/config'
import { z } from 'zod'
import { customers, replicas } from './consumers.ts'
import type { Means, Tables } from './db.ts'
import { documentStore } from './document-store.ts'
import { documents } from './document/invoice-document.consumers.ts'
import * as document from './document/invoice-document.routes.ts'
import { lifecycle as invoiceLifecycle } from './invoice/invoice.queries.ts'
import { lapse } from './invoice/invoice.jobs.ts'
import { erasures } from './erasure/erasure.consumers.ts'
import * as kept from './erasure/export.routes.ts'
import * as invoice from './invoice/invoice.routes.ts'
import * as jobCard from './job-card/job-card.routes.ts'
import { billing as bills, jobCards } from './job-card/job-card.consumers.ts'
import * as payment from './payment/payment.routes.ts'
import { openPrinter } from './printer.ts'
import * as report from './invoice/report.routes.ts'

const BillingConfig = StorageConfig.extend({
  /** Whether totals are rounded to whole units of the currency, as a line of its own. */
  INVOICE_ROUND_OFF: z.stringbool().default(false),
  /** How many days after its issue an invoice is due. */
  INVOICE_DUE_DAYS: z.coerce.number().int().min(0).max(365).default(15),
})

export const billing = service<typeof BillingConfig, Tables, Means>({
  name: 'billing',
  about: 'Invoices, payments and their numbers',
  config: BillingConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: async ({ config, personal }) => ({
    personal,
    documents: documentStore(await openStorage(config)),
    printer: openPrinter(),
    policy: { roundsOff: config.INVOICE_ROUND_OFF, dueDays: config.INVOICE_DUE_DAYS },
  }),
  async close({ documents, printer }) {
    documents.close()
    await printer.close()
  },
  endpoints: [
    ...Object.values(invoice),
    ...Object.values(jobCard),
    ...Object.values(payment),
    ...Object.values(document),
    ...Object.values(report),
    ...Object.values(kept),
  ],
  lifecycles: { invoice: invoiceLifecycle },
  consumers: [replicas, customers, jobCards, bills, documents, erasures],
  timers: [lapse],
})
