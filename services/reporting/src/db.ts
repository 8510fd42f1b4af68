import { roadOver } from '@forecourt/platform/over'
import type { Table } from '@forecourt/platform/table'
import { AuditChainRow } from './audit-line/audit-chain.ts'
import { AuditLineRow } from './audit-line/audit-line.ts'
import { FigureDayRow, FigureRow } from './figure/figure.ts'
import { InvoiceRow } from './invoice/invoice.ts'
import { JobCardRow } from './job-card/job-card.ts'
import { PartsRequestRow } from './parts-request/parts-request.ts'
import { ServiceCenterRow } from './service-center/service-center.ts'
import { ServiceRequestRow } from './service-request/service-request.ts'
import { StaffRow } from './staff/staff.ts'
import { StockAlertRow } from './stock-alert/stock-alert.ts'
import { VehicleRow } from './vehicle/vehicle.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  auditLine: AuditLineRow,
  auditChain: AuditChainRow,
  figure: FigureRow,
  figureDay: FigureDayRow,
  invoice: InvoiceRow,
  jobCard: JobCardRow,
  partsRequest: PartsRequestRow,
  serviceCenter: ServiceCenterRow,
  serviceRequest: ServiceRequestRow,
  staff: StaffRow,
  stockAlert: StockAlertRow,
  vehicle: VehicleRow,
}

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

export const { endpoint, consumer, on, replica, job } = roadOver<Tables>()
