import { testMoves } from '@forecourt/testing/matrix'
import { lifecycle } from './invoice.queries.ts'
import type { InvoiceRow } from './invoice.ts'

testMoves('invoice', lifecycle, {} as Omit<InvoiceRow, 'status'>)
