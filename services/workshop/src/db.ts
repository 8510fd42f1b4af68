import type { SettingOf } from '@forecourt/contracts/settings'
import type { Apart } from '@forecourt/platform/apart'
import type { KeyRing } from '@forecourt/platform/config'
import type { Emit } from '@forecourt/platform/outbox'
import { roadOver } from '@forecourt/platform/over'
import type { PersonalData } from '@forecourt/platform/personal'
import type { Table } from '@forecourt/platform/table'
import type { Kysely } from 'kysely'
import { AdditionalServiceRow, ApprovalRow } from './approval/approval.ts'
import { ComponentWorkRow } from './component-work/component-work.ts'
import { CustomerRow } from './customer/customer.ts'
import { ItemRow, StockLevelRow } from './item/item.ts'
import { JobCardRow, JobCardServiceRow } from './job-card/job-card.ts'
import { LinkRow } from './link/link.ts'
import { PartsRequestLineRow, PartsRequestRow } from './parts-request/parts-request.ts'
import { ServiceCenterRow } from './service-center/service-center.ts'
import { ServiceRequestRow } from './service-request/service-request.ts'
import { StaffRow } from './staff/staff.ts'
import { VehicleRow } from './vehicle/vehicle.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  additionalService: AdditionalServiceRow,
  approval: ApprovalRow,
  componentWork: ComponentWorkRow,
  customer: CustomerRow,
  item: ItemRow,
  jobCard: JobCardRow,
  jobCardService: JobCardServiceRow,
  link: LinkRow,
  partsRequest: PartsRequestRow,
  partsRequestLine: PartsRequestLineRow,
  serviceCenter: ServiceCenterRow,
  serviceRequest: ServiceRequestRow,
  staff: StaffRow,
  stockLevel: StockLevelRow,
  vehicle: VehicleRow,
}

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

/** What a change needs: the transaction, and the way to tell of it. */
export interface Writing {
  db: Kysely<Tables>
  emit: Emit
}

/** What handlers are given beside their context. */
export interface Means {
  personal: PersonalData
  apart: Apart<Tables>
  settingOf: SettingOf
  /** How long a completion waits for inventory's answer. */
  stockAnswerMs: number
  /** Opens and closes secrets on their way to the service that brings them to customers. */
  transportKeys: KeyRing
}

export const { endpoint, consumer, on, replica, timer } = roadOver<Tables, Means>()
