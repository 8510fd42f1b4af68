import type { Told } from '../evidence/topics.ts'

interface Person {
  id: string
  role: string
  centerIds: string[]
}

const PHONE = ['sms', 'whatsapp'] as const
const EVERY = ['email', ...PHONE] as const

/** What customers get of an event, apart from links, whose purpose decides. */
const letters: Record<string, [template: string, channels: readonly string[]]> = {
  'customer-vehicle.otp.requested.v1': ['otp', PHONE],
  'customer-vehicle.registration.verified.v1': ['registration_confirmation', EVERY],
  'workshop.service-request.approved.v1': ['service_request_approved', PHONE],
  'workshop.service-request.rejected.v1': ['service_request_rejected', PHONE],
  'workshop.service-request.scheduled.v1': ['service_request_scheduled', PHONE],
  'workshop.job-card.parts-awaited.v1': ['parts_awaited', PHONE],
  'workshop.job-card.completed.v1': ['job_card_completed', PHONE],
  'workshop.job-card.delivered.v1': ['job_card_delivered', PHONE],
  'workshop.job-card.cancelled.v1': ['job_card_cancelled', PHONE],
  'billing.invoice.issued.v1': ['invoice_issued', PHONE],
  'billing.invoice-document.rendered.v1': ['invoice_document', ['email']],
  'billing.payment.received.v1': ['payment_received', PHONE],
}
const links: Record<string, string> = { approval: 'approval_asked', feedback: 'feedback_asked' }

/** The messages of one event. Everybody whom stories register has a phone and an address. */
export function lettersOf({ type, data }: Told): { template: string; channel: string }[] {
  const purpose = type === 'workshop.link.requested.v1' && links[String(data?.['purpose'])]
  const [template, channels] = purpose ? [purpose, PHONE] : (letters[type] ?? ['', []])
  return channels.map((channel) => ({ template, channel }))
}

type Audience = 'managers' | 'keepers' | 'assignedEngineer' | 'requestedBy'

const notices: Record<string, Audience[]> = {
  'workshop.service-request.opened.v1': ['managers'],
  'workshop.service-request.approved.v1': ['requestedBy'],
  'workshop.service-request.rejected.v1': ['requestedBy'],
  'workshop.service-request.scheduled.v1': ['requestedBy'],
  'workshop.job-card.assigned.v1': ['assignedEngineer'],
  'workshop.job-card.parts-awaited.v1': ['managers'],
  'workshop.job-card.parts-arrived.v1': ['assignedEngineer', 'managers'],
  'workshop.job-card.approval-decided.v1': ['assignedEngineer', 'managers'],
  'workshop.job-card.completed.v1': ['managers'],
  'workshop.job-card.delivered.v1': ['managers'],
  'workshop.job-card.cancelled.v1': ['assignedEngineer', 'managers'],
  'inventory.purchase-request.raised.v1': ['keepers'],
  'inventory.stock-alert.raised.v1': ['keepers'],
  'billing.invoice.issued.v1': ['managers'],
  'billing.payment.received.v1': ['managers'],
}

/** Who of the staff is told of an event inside the application. */
export function toldOf({ type, data }: Told, staff: Person[]): string[] {
  const centerId = data?.['serviceCenterId'] as string | null
  const inRole = (role: string) => staff.filter((one) => one.role === role)
  const here = (role: string) =>
    inRole(role).filter(({ centerIds }) => centerIds.includes(centerId ?? ''))
  const managers = [...here('service_center'), ...here('garage_owner')]
  const orElse = (found: Person[], role: string) => (found.length > 0 ? found : inRole(role))
  const told = (notices[type] ?? []).flatMap((audience) => {
    if (audience === 'managers') return orElse(managers, 'admin')
    if (audience === 'keepers') return orElse(here('inventory_manager'), 'inventory_manager')
    const id = data?.[audience] as string | null
    return id ? [{ id }] : []
  })
  return [...new Set(told.map(({ id }) => id))]
}
