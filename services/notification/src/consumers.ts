import {
  CustomerChanged,
  CustomerOtpRequested,
  CustomerRegistered,
  OutreachRequested,
  RegistrationVerified,
  VehicleChanged,
  VehicleRegistered,
  type OtpRequestedData,
} from '@forecourt/contracts/customer-vehicle-events'
import {
  AccountOtpRequested,
  ContactReplaced,
  PasswordResetRequested,
  ServiceCenterChanged,
  ServiceCenterOpened,
  UserChanged,
  UserCreated,
} from '@forecourt/contracts/identity-events'
import { ItemAdded, ItemChanged } from '@forecourt/contracts/inventory-events'
import type { DataOf } from '@forecourt/contracts/event'
import { unseal } from '@forecourt/platform/personal'
import type { z } from 'zod'
import { consumer, on, replica, type Hearing } from './db.ts'
import {
  customerOf,
  dealerOf,
  tellCustomer,
  toOwner,
  vehiclesOf,
} from './message/letter.queries.ts'
import { queueMessage } from './message/message.queries.ts'
import type { Variables } from './template/template.ts'
import { channels as allChannels } from './message/provider.ts'

/** Local copies of what messages speak of. */
export const replicas = consumer('replicas', [
  ...replica('vehicle', [VehicleRegistered, VehicleChanged], (vehicle) => ({
    serviceCenterIds: vehicle.serviceCenterIds,
    plate: vehicle.plate,
    brand: vehicle.brand,
    model: vehicle.model,
  })),
  ...replica('serviceCenter', [ServiceCenterOpened, ServiceCenterChanged], (center) => ({
    name: center.name,
    isHeadOffice: center.isHeadOffice,
    timeZone: center.timeZone,
  })),
  ...replica('staff', [UserCreated, UserChanged], (user) => ({
    role: user.role,
    status: user.status,
    serviceCenterIds: user.serviceCenterIds,
  })),
  ...replica('item', [ItemAdded, ItemChanged], (item) => ({
    itemCode: item.itemCode,
    name: item.name,
  })),
])

/** Customers have a consumer of their own, which has heard of their accounts from the beginning. */
export const customers = consumer(
  'customers',
  replica('customer', [CustomerRegistered, CustomerChanged], (customer) => ({
    accountId: customer.accountId ?? null,
    referenceId: customer.referenceId,
    serviceCenterIds: customer.serviceCenterIds,
    firstName: customer.firstName,
    phone: customer.phone,
    email: customer.email,
    marketingConsent: customer.marketingConsent,
  })),
)

/** Codes have a group of their own: nothing else may make them late. */
export const codes = consumer('codes', [
  on(CustomerOtpRequested, bringCode),
  on(AccountOtpRequested, bringCode),
  on(PasswordResetRequested, bringResetLink),
  on(ContactReplaced, warnFormer),
])

export const occasions = consumer('occasions', [
  on(RegistrationVerified, async (context, { customerId, serviceCenterId, vehicleIds }) => {
    const customer = await customerOf(context, customerId)
    if (!customer) return
    const vehicles = await vehiclesOf(context, vehicleIds)
    const variables = {
      'customer.referenceId': customer.referenceId,
      vehicles: vehicles.map((vehicle) => toOwner(context, vehicle)).join(', '),
    }
    const template = 'registration_confirmation'
    const post = { template, serviceCenterId, variables, channels: allChannels }
    await tellCustomer(context, customer, post)
  }),
  on(OutreachRequested, async (context, outreach) => {
    const { outreachId, customerId, serviceCenterId, type, text } = outreach
    const customer = await customerOf(context, customerId)
    if (!customer) return
    const place = { table: 'outreach', column: 'text', id: outreachId }
    const variables: Variables =
      text === null ? {} : { 'outreach.text': context.personal.open(text, place) }
    const post = { template: type, serviceCenterId, variables, channels: allChannels }
    await tellCustomer(context, customer, post)
  }),
])

/** The same code by every channel that was asked for. */
async function bringCode(
  context: Hearing,
  { accountId, ...otp }: z.infer<typeof OtpRequestedData> & { accountId?: string | undefined },
): Promise<void> {
  const { transportKeys, event, settings } = context
  const { otpId, channels, serviceCenterId, expiresAt } = otp
  const lifeMs = Date.parse(expiresAt) - Date.parse(event.time)
  const variables = {
    'otp.code': unseal(transportKeys, otp.code, `otp|code|${otpId}`),
    'otp.minutes': String(Math.max(1, Math.round(lifeMs / 60_000))),
    'dealer.name': (await dealerOf(context, serviceCenterId)) ?? settings.DEALER_NAME,
  }
  const recipient = unseal(transportKeys, otp.destination, `otp|destination|${otpId}`)
  for (const channel of channels) {
    const message = { eventId: event.id, accountId, channel, template: 'otp', recipient, variables }
    await queueMessage(context, { ...message, customerId: null, serviceCenterId, expiresAt })
  }
}

async function bringResetLink(
  context: Hearing,
  { resetId, accountId, destination, token, expiresAt }: DataOf<typeof PasswordResetRequested>,
): Promise<void> {
  const { transportKeys, event, settings } = context
  const open = (what: string, sealed: string) =>
    unseal(transportKeys, sealed, `password-reset|${what}|${resetId}`)
  const base = settings.FRONTEND_URL.replace(/\/+$/, '')
  await queueMessage(context, {
    eventId: event.id,
    channel: 'email',
    template: 'password_reset',
    recipient: open('destination', destination),
    variables: {
      'link.url': `${base}/reset-password/${open('token', token)}`,
      'dealer.name': (await dealerOf(context, null)) ?? settings.DEALER_NAME,
    },
    customerId: null,
    accountId,
    serviceCenterId: null,
    expiresAt,
  })
}

async function warnFormer(
  context: Hearing,
  { changeId, accountId, channel, destination }: DataOf<typeof ContactReplaced>,
): Promise<void> {
  const { transportKeys, event, settings } = context
  await queueMessage(context, {
    eventId: event.id,
    channel,
    template: 'contact_replaced',
    recipient: unseal(transportKeys, destination, `contact-replaced|destination|${changeId}`),
    variables: { 'dealer.name': (await dealerOf(context, null)) ?? settings.DEALER_NAME },
    customerId: null,
    accountId,
    serviceCenterId: null,
  })
}
