import type { SettingOf } from '@forecourt/contracts/settings'
import { roadOver } from '@forecourt/platform/over'
import type { PersonalData } from '@forecourt/platform/personal'
import type { Table } from '@forecourt/platform/table'
import type { GeneratedAlways } from 'kysely'
import { CustomerRow } from './customer/customer.ts'
import type { DocumentStore } from './document-store.ts'
import { InvoiceDocumentRow } from './document/invoice-document.ts'
import { InvoiceLineRow } from './invoice/invoice-line.ts'
import { InvoiceRow } from './invoice/invoice.ts'
import { JobCardRow } from './job-card/job-card.ts'
import { NumberSeriesRow } from './number-series/number-series.ts'
import { PaymentRow } from './payment/payment.ts'
import type { Printer } from './printer.ts'
import { ServiceCenterRow } from './service-center/service-center.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  customer: CustomerRow,
  invoice: InvoiceRow,
  invoiceDocument: InvoiceDocumentRow,
  invoiceLine: InvoiceLineRow,
  jobCard: JobCardRow,
  numberSeries: NumberSeriesRow,
  payment: PaymentRow,
  serviceCenter: ServiceCenterRow,
}

type Declared = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

/** What is still to be paid, and how that is called, the database derives by itself. */
type Derived = 'balanceMinor' | 'paymentStatus'
export type Tables = Omit<Declared, 'invoice'> & {
  invoice: Omit<Declared['invoice'], Derived> & {
    [Column in Derived]: GeneratedAlways<InvoiceRow[Column]>
  }
}

/** What handlers are given beside their context. */
export interface Means {
  personal: PersonalData
  documents: DocumentStore
  printer: Printer
  settingOf: SettingOf
}

export const { endpoint, consumer, on, replica, timer } = roadOver<Tables, Means>()
