import type { SettingOf } from '@forecourt/contracts/settings'
import type { KeyRing } from '@forecourt/platform/config'
import type { EventContext } from '@forecourt/platform/consumer'
import { roadOver } from '@forecourt/platform/over'
import type { PersonalData } from '@forecourt/platform/personal'
import type { Table } from '@forecourt/platform/table'
import type { Storage } from '@forecourt/storage/storage'
import type { NotificationConfig } from './config.ts'
import { CustomerRow } from './customer/customer.ts'
import { ItemRow } from './item/item.ts'
import { MessageRow } from './message/message.ts'
import type { Channel, Provider } from './message/provider.ts'
import { NotificationRow } from './notification/notification.ts'
import { ServiceCenterRow } from './service-center/service-center.ts'
import { StaffRow } from './staff/staff.ts'
import { TemplateRow } from './template/template.ts'
import { VehicleRow } from './vehicle/vehicle.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  customer: CustomerRow,
  vehicle: VehicleRow,
  serviceCenter: ServiceCenterRow,
  template: TemplateRow,
  message: MessageRow,
  notification: NotificationRow,
  staff: StaffRow,
  item: ItemRow,
}

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

/** What every handler, consumer and job of this service is given. */
export interface Means {
  personal: PersonalData
  /** Opens codes on their way from the service that made them. */
  transportKeys: KeyRing
  settings: NotificationConfig
  settingOf: SettingOf
  /** Where files lie that go out with e-mails. */
  storage: Storage
  providers: Record<Channel, Provider>
  /** Whether Twilio itself signed this form, sent to this address. */
  isSignedByTwilio(url: string, signature: string, form: Record<string, string>): boolean
  /** The messages that this process is handing to providers at this moment. */
  underWay: Record<Channel, Set<Promise<void>>>
}

/** What whoever hears an event is given. */
export type Hearing = EventContext<Tables> & Means

export const { endpoint, consumer, on, replica, job } = roadOver<Tables, Means>()
