import { CustomerChanged, CustomerRegistered } from '@forecourt/contracts/customer-vehicle-events'
import { ServiceCenterChanged, ServiceCenterOpened } from '@forecourt/contracts/identity-events'
import { consumer, replica } from './db.ts'

/** Local copies of who supplies. */
export const replicas = consumer('replicas', [
  ...replica('serviceCenter', [ServiceCenterOpened, ServiceCenterChanged], (center) => ({
    code: center.code,
    name: center.name,
    isActive: center.isActive,
    street: center.street ?? null,
    city: center.city ?? null,
    pinCode: center.pinCode ?? null,
    state: center.state,
    country: center.country ?? 'IN',
    gstin: center.gstin,
    timeZone: center.timeZone,
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
    email: customer.email,
    city: customer.city,
    state: customer.state,
    pinCode: customer.pinCode,
  })),
)
