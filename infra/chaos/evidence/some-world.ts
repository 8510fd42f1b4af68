import { serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import type { Entry } from '../journal.ts'
import { lettersOf, toldOf } from '../invariants/occasions.ts'
import { bayCommands, bayEvents, bayOwned, someBay } from './some-bay.ts'
import type { Told } from './topics.ts'
import type { AuditLine, Message, World } from './world.ts'

const phone = '+919810000001'
const email = 'c9810000001@example.com'
const plates = ['MH12AA0001']
const token = `x.${Buffer.from(JSON.stringify({ sid: 'session' })).toString('base64url')}.x`
const row = { id: 'center', version: 2, name: 'Mark 1', is_head_office: false, time_zone: 'Z' }
const center = {
  name: 'Mark 1',
  isHeadOffice: false,
  timeZone: 'Z',
  code: 'PUN',
  isActive: true,
}
const everywhere = <Row>(rows: () => Row[]) =>
  Object.fromEntries(serviceNames.map((name) => [name, rows()])) as Record<ServiceName, Row[]>

/** A small world in which every promise holds; each call makes another, to be broken by a test. */
export function someWorld(): World {
  const commands = someCommands()
  const auditLines = commands.map(lineOf)
  const told = someEvents(auditLines)
  const bay = someBay()
  const messages = someMessages(told)
  return {
    commands,
    told,
    inbox: messages.map(arrived) as World['inbox'],
    stored: new Set(['customer-vehicle/aa/photo', 'billing/aa/invoice']),
    tables: {
      bay: { ...bay, notices: someNotices(told, bay.staff) },
      owned: {
        ...bayOwned(),
        'identity.service-center.v1': [{ id: 'center', version: 2 }],
        'customer-vehicle.customer.v1': [{ id: 'rahul', version: 1 }],
        'customer-vehicle.registration.v1': [{ id: 'form', version: 2 }],
      },
      customers: [
        { id: 'rahul', version: 1, referenceId: 'CUST-MH12-000001', isVerified: true, phone },
      ],
      vehicles: [
        { id: 'car', version: 1, customerId: 'rahul', plate: 'MH12AA1', plateKey: 'MH12AA0001' },
      ],
      registrations: [
        {
          id: 'form',
          version: 2,
          status: 'verified',
          customerId: 'rahul',
          plateKeys: ['MH12AA0001'],
          phone: null,
        },
      ],
      sessions: [{ id: 'session', version: 1, endedBy: null, isEnded: false }],
      otps: [{ id: 'otp', subject: 'form', attempts: 2, maxAttempts: 3, isConsumed: true }],
      files: [{ id: 'photo', storageKey: 'customer-vehicle/aa/photo', isAttached: true }],
      settings: [{ name: 'fsync', setting: 'on' }],
      counters: [{ prefix: 'MH12', last: 1 }],
      messages,
      auditLines,
      replicas: {
        centersOfCustomerVehicle: [{ ...row, code: 'PUN', is_active: true }],
        centersOfNotification: [{ ...row }],
        customersOfNotification: [{ id: 'rahul', version: 1, phone: 'sealed' }],
        vehiclesOfNotification: [],
        ofBay: someReplicas(),
        roles: everywhere(() => []),
        endedSessions: everywhere(() => []),
      },
      rest: serviceNames.map((service) => ({ service, outbox: [], letters: [], timers: [] })),
    },
  }
}

function someReplicas(): World['tables']['replicas']['ofBay'] {
  const known = { ...row, code: 'PUN', is_active: true }
  const customer = { id: 'rahul', version: 1, phone: 'sealed' }
  return {
    'inventory.service_center': [{ ...known }],
    'workshop.service_center': [{ ...known }],
    'billing.service_center': [{ ...known }],
    'workshop.customer': [{ ...customer }],
    'billing.customer': [{ ...customer }],
    'workshop.item': [{ id: 'pad', version: 1 }],
    'notification.item': [{ id: 'pad', version: 1 }],
    'workshop.stock_level': [{ id: 'level', version: 2 }],
    'billing.job_card': (bayOwned()['workshop.job-card.v1'] ?? []).map((one) => ({ ...one })),
  }
}

function someCommands(): Entry[] {
  const told: [Entry['deed'], string, unknown][] = [
    [{ kind: 'upload' }, 'POST /files', { id: 'photo' }],
    [{ kind: 'submit', phone, email, plates }, 'POST /registrations', { registrationId: 'form' }],
    [
      { kind: 'verify', registrationId: 'form', phone, plates },
      'POST /registrations/:id/verify',
      {
        customer: { id: 'rahul', referenceId: 'CUST-MH12-000001' },
        vehicles: [{ id: 'car', vehicleNumber: 'MH12AA1' }],
      },
    ],
    [{ kind: 'login', person: 'admin' }, 'POST /auth/login', { accessToken: token }],
    [
      { kind: 'edit-center', centerId: 'center', mark: 'Mark 1' },
      'PUT /admin/service-centers/:id',
      null,
    ],
    ...bayCommands(),
  ]
  return told.map(([deed, endpoint, data], at) => ({
    id: `0.1.${at}`,
    story: 'registers',
    endpoint,
    deed,
    key: `key ${at}`,
    sent: 1,
    ending: 'acknowledged',
    answer: { status: 200, reason: undefined, data, requestId: `request ${at}` },
    tookMs: 10,
  }))
}

function lineOf({ endpoint, answer }: Entry, at: number): AuditLine {
  return {
    id: `line ${at}`,
    service: 'identity',
    sequence: at + 1,
    requestId: answer?.requestId ?? '',
    endpoint,
    outcome: 'done',
    entityId: null,
  }
}

function someEvents(lines: AuditLine[]): Told[] {
  const event = (topic: string, key: string, sequence: number, data: Told['data'], fact = 'x') => {
    const [service, noun] = topic.split('.')
    const id = `${topic} ${key} ${sequence}`
    const type = `${service}.${noun}.${fact}.v1`
    return { topic, partition: 0, offset: 0, key, id, type, sequence, data }
  }
  const registration = 'customer-vehicle.registration.v1'
  const link = { purpose: 'approval', subjectId: 'question' }
  const events = [
    event('identity.service-center.v1', 'center', 1, { ...center, name: 'Pune' }),
    event('identity.service-center.v1', 'center', 2, center),
    event('customer-vehicle.customer.v1', 'rahul', 1, { phone: 'sealed' }),
    event(registration, 'form', 1, {}, 'opened'),
    event(registration, 'form', 2, {}, 'verified'),
    event('customer-vehicle.otp.v1', 'otp', 1, {}, 'requested'),
    ...bayEvents().map(([topic, key, sequence, fact, data]) =>
      event(topic, key, sequence, data ?? {}, fact),
    ),
    event('workshop.link.v1', 'link', 1, link, 'requested'),
    ...lines.map(({ id }) => event('identity.audit.v1', id, 1, {})),
  ]
  return events.map((told, offset) => ({ ...told, offset }))
}

function someMessages(told: Told[]): Message[] {
  return told.flatMap((event) =>
    lettersOf(event).map(({ template, channel }): Message => ({
      id: `${template} by ${channel} of ${event.id}`,
      eventId: event.id,
      channel: channel as Message['channel'],
      template,
      status: 'delivered',
      providerId: `${template} ${channel} ${event.id}`,
      recipient: channel === 'email' ? email : phone,
    })),
  )
}

function someNotices(told: Told[], staff: World['tables']['bay']['staff']) {
  return told.flatMap((event) =>
    toldOf(event, staff).map((userId) => ({ eventId: event.id, userId })),
  )
}

/** What the inbox shows of a message that was sent. */
export function arrived({ channel, template, recipient: to, providerId }: Message) {
  return { channel, template, to, id: providerId, messageId: providerId }
}
