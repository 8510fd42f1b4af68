import type { SettingOf } from '@forecourt/contracts/settings'
import { OtpRow } from '@forecourt/otp/otp'
import type { OtpMeans } from '@forecourt/otp/means'
import type { Context } from '@forecourt/platform/endpoint'
import { roadOver } from '@forecourt/platform/over'
import type { PersonalData } from '@forecourt/platform/personal'
import type { Table } from '@forecourt/platform/table'
import type { Storage } from '@forecourt/storage/storage'
import { VehicleBrandNameRow, VehicleBrandRow } from './brand/brand.ts'
import {
  ComponentHistoryRow,
  ComponentIssueRow,
  VehicleComponentRow,
  VehiclePictureRow,
  type StartingComponent,
} from './component/component.ts'
import { CustomerCenterRow, CustomerRow, ReferenceCounterRow } from './customer/customer.ts'
import type { CustomerEntryRow } from './customer/entry.ts'
import { ErasureRow } from './erasure/erasure.ts'
import { FileRow, type FileLinks } from './file/file.ts'
import { OpenMatterRow } from './open-matter/open-matter.ts'
import type { Places } from './place/place.ts'
import { RegistrationRow } from './registration/registration.ts'
import { ServiceCenterRow } from './service-center/service-center.ts'
import { VehicleMoveRow } from './vehicle/move.ts'
import { VehicleCenterRow, VehicleRow } from './vehicle/vehicle.ts'
import { VisitInvoiceRow, VisitRow } from './visit/visit.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  serviceCenter: ServiceCenterRow,
  customer: CustomerRow,
  customerCenter: CustomerCenterRow,
  referenceCounter: ReferenceCounterRow,
  vehicle: VehicleRow,
  vehicleCenter: VehicleCenterRow,
  vehicleMove: VehicleMoveRow,
  vehicleComponent: VehicleComponentRow,
  vehiclePicture: VehiclePictureRow,
  componentIssue: ComponentIssueRow,
  componentHistory: ComponentHistoryRow,
  openMatter: OpenMatterRow,
  erasure: ErasureRow,
  visit: VisitRow,
  visitInvoice: VisitInvoiceRow,
  registration: RegistrationRow,
  otp: OtpRow,
  file: FileRow,
  vehicleBrand: VehicleBrandRow,
  vehicleBrandName: VehicleBrandNameRow,
}

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> } & {
  /** A view: customers, and registrations that await their code. */
  customerEntry: Table<typeof CustomerEntryRow>
}

/** What every handler of this service is given beside its context. */
export interface Means {
  personal: PersonalData
  settingOf: SettingOf
  otp: OtpMeans
  places: Places
  /** What every vehicle has to begin with. */
  components: readonly StartingComponent[]
  storage: Storage
  fileLinks: FileLinks
}

/** What a write of this service works with. */
export type Here = Context<Tables> & Means

export const { endpoint, consumer, on, replica, timer } = roadOver<Tables, Means>()
