import {
  CustomerChanged,
  CustomerRegistered,
  VehicleChanged,
  VehicleRegistered,
} from '@forecourt/contracts/customer-vehicle-events'
import {
  ServiceCenterChanged,
  ServiceCenterOpened,
  UserChanged,
  UserCreated,
} from '@forecourt/contracts/identity-events'
import { ItemAdded, ItemChanged, StockLevelChanged } from '@forecourt/contracts/inventory-events'
import { consumer, replica } from './db.ts'

/** Local copies of what service requests and job cards speak of. */
export const replicas = consumer('replicas', [
  ...replica('serviceCenter', [ServiceCenterOpened, ServiceCenterChanged], (center) => ({
    code: center.code,
    name: center.name,
    isActive: center.isActive,
    timeZone: center.timeZone,
  })),
  ...replica('vehicle', [VehicleRegistered, VehicleChanged], (vehicle) => ({
    customerId: vehicle.customerId,
    serviceCenterIds: vehicle.serviceCenterIds,
    plate: vehicle.plate,
    brand: vehicle.brand,
    model: vehicle.model,
  })),
  ...replica('staff', [UserCreated, UserChanged], (user) => ({
    role: user.role,
    status: user.status,
    serviceCenterIds: user.serviceCenterIds,
    fullName: user.fullName,
  })),
  ...replica('item', [ItemAdded, ItemChanged], (item) => ({
    itemCode: item.itemCode,
    name: item.name,
    unit: item.unit,
    unitPriceMinor: item.unitPriceMinor,
    currency: item.currency,
    isDiscontinued: item.isDiscontinued,
  })),
  ...replica('stockLevel', [StockLevelChanged], (level) => ({
    itemId: level.itemId,
    serviceCenterId: level.serviceCenterId,
    availableMilli: Math.round(level.available * 1_000),
  })),
])

/** Customers have a consumer of their own, which has heard of their accounts from the beginning. */
export const customers = consumer(
  'customers',
  replica('customer', [CustomerRegistered, CustomerChanged], (customer) => ({
    accountId: customer.accountId ?? null,
    serviceCenterIds: customer.serviceCenterIds,
    fullName: customer.fullName,
    phone: customer.phone,
  })),
)
