import { StockAlertCleared, StockAlertRaised } from '@forecourt/contracts/inventory-events'
import { on } from '../db.ts'
import { changesBetween, NO_CENTER } from '../figure/figure.ts'
import { dayIn, keep } from '../figure/figure.queries.ts'
import { countedOf, type StockAlertRow } from './stock-alert.ts'

/** What fell to its reorder point: inventory's alerts keep their days, its levels do not. */
export const stockAlerts = (generation: number) =>
  [StockAlertRaised, StockAlertCleared].map((contract) =>
    on(contract, async (context, { stockAlertId: id, serviceCenterId: place }) => {
      const { db, event } = context
      const serviceCenterId = place ?? NO_CENTER
      const isOpen = contract === StockAlertRaised
      const version = event.sequence
      const alert: StockAlertRow = { generation, id, serviceCenterId, isOpen, version }
      const day = await dayIn(db, serviceCenterId, event.time)
      await keep(context, 'stockAlert', alert, (before) =>
        changesBetween(before ? countedOf(before) : [], countedOf(alert), day),
      )
    }),
  )
