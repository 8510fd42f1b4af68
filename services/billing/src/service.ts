import { service } from '@forecourt/platform/service'
import { openStorage, StorageConfig } from '@forecourt/storage/config'
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

export const billing = service<typeof StorageConfig, Tables, Means>({
  name: 'billing',
  about: 'Invoices, payments and their numbers',
  config: StorageConfig,
  migrations: [new URL('../migrations/', import.meta.url)],
  means: async ({ config, personal, settingOf }) => ({
    personal,
    documents: documentStore(await openStorage(config)),
    printer: openPrinter(),
    settingOf,
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
