import type { SettingOf } from '@forecourt/contracts/settings'
import { roadOver } from '@forecourt/platform/over'
import type { Table } from '@forecourt/platform/table'
import { PurchaseRequestRow } from './alert/purchase-request.ts'
import { StockAlertRow } from './alert/stock-alert.ts'
import { ItemRow } from './item/item.ts'
import { ReservationLineRow, ReservationRow } from './reservation/reservation.ts'
import { ServiceCenterRow } from './service-center/service-center.ts'
import { StockMovementRow } from './stock/movement.ts'
import { StockLevelRow } from './stock/stock-level.ts'

/** Every table of this service, by the schema of its rows. */
export const tables = {
  item: ItemRow,
  purchaseRequest: PurchaseRequestRow,
  reservation: ReservationRow,
  reservationLine: ReservationLineRow,
  serviceCenter: ServiceCenterRow,
  stockAlert: StockAlertRow,
  stockLevel: StockLevelRow,
  stockMovement: StockMovementRow,
}

export type Tables = { [Name in keyof typeof tables]: Table<(typeof tables)[Name]> }

/** What handlers are given beside their context. */
export interface Means {
  settingOf: SettingOf
}

export const { endpoint, consumer, on, replica, timer } = roadOver<Tables, Means>()
