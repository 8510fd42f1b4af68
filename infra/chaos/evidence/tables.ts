import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaName, serviceNames, type ServiceName } from '@forecourt/contracts/service-name'
import { KeyRing } from '@forecourt/platform/config'
import { personalData } from '@forecourt/platform/personal'
import pg from 'pg'
import { bayOf } from './bay.ts'
import type {
  AuditLine,
  Customer,
  Message,
  Owned,
  Registration,
  Rest,
  Session,
  Tables,
  Vehicle,
} from './world.ts'

type Row = Record<string, unknown>

/** Reads every table that a campaign is judged by, as the owner of the database sees it. */
export async function readTables(databaseUrl: string, dataDir: string): Promise<Tables> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const ask = async <Result>(sql: string) =>
      (await client.query<Row & Result>(sql)).rows as Result[]
    return await collect(ask, personalOf(dataDir))
  } finally {
    await client.end()
  }
}

type Ask = <Result>(sql: string) => Promise<Result[]>
type Personal = ReturnType<typeof personalData>

function personalOf(dataDir: string): Personal {
  const { keys } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as {
    keys: Record<string, string>
  }
  return personalData(KeyRing.parse(keys['PERSONAL_KEYS']), KeyRing.parse(keys['BLIND_INDEX_KEY']))
}

async function collect(ask: Ask, personal: Personal): Promise<Tables> {
  return {
    ...(await ownedRows(ask)),
    customers: await customersOf(ask, personal),
    vehicles: await ask<Vehicle>(
      `select id, version, customer_id as "customerId", plate, plate_key as "plateKey"
         from customer_vehicle.vehicle`,
    ),
    registrations: await registrationsOf(ask, personal),
    sessions: await ask<Session>(
      `select id, version, ended_by as "endedBy", ended_at is not null as "isEnded"
         from identity.session`,
    ),
    otps: await ask(
      `select id, subject, attempts, max_attempts as "maxAttempts",
              consumed_at is not null as "isConsumed" from customer_vehicle.otp`,
    ),
    files: await ask(
      `select id, storage_key as "storageKey", attached_to is not null as "isAttached"
         from customer_vehicle.file`,
    ),
    counters: await ask(`select prefix, last::int from customer_vehicle.reference_counter`),
    messages: await messagesOf(ask, personal),
    auditLines: await ask<AuditLine>(
      `select id, service, sequence::int, request_id as "requestId", endpoint, outcome,
              entity_id as "entityId" from reporting.audit_line`,
    ),
    settings: await ask(
      `select name, setting from pg_settings
        where name in ('fsync', 'synchronous_commit', 'full_page_writes')`,
    ),
    bay: await bayOf(ask),
    replicas: await replicasOf(ask),
    rest: await restOf(ask),
  }
}

async function ownedRows(ask: Ask): Promise<Pick<Tables, 'owned'>> {
  const owned = (table: string, id = 'id') =>
    ask<Owned>(`select ${id} as id, version from ${table}`)
  return {
    owned: {
      'identity.service-center.v1': await owned('identity.service_center'),
      'identity.user.v1': await owned('identity."user"'),
      'identity.role.v1': await owned('identity.role', 'name'),
      'customer-vehicle.customer.v1': await owned('customer_vehicle.customer'),
      'customer-vehicle.vehicle.v1': await owned('customer_vehicle.vehicle'),
      'customer-vehicle.registration.v1': await owned('customer_vehicle.registration'),
      'inventory.item.v1': await owned('inventory.item'),
      'inventory.stock-level.v1': await owned('inventory.stock_level'),
      'inventory.movement.v1': await owned('inventory.stock_movement'),
      'inventory.reservation.v1': await owned('inventory.reservation'),
      'inventory.stock-alert.v1': await owned('inventory.stock_alert'),
      'inventory.purchase-request.v1': await owned('inventory.purchase_request'),
      'workshop.service-request.v1': await owned('workshop.service_request'),
      'workshop.job-card.v1': await owned('workshop.job_card'),
      'workshop.parts-request.v1': await owned('workshop.parts_request'),
      'billing.invoice.v1': await owned('billing.invoice'),
      'billing.invoice-document.v1': await owned('billing.invoice_document'),
      'billing.payment.v1': await ask<Owned>('select id, 1 as version from billing.payment'),
    },
  }
}

async function customersOf(ask: Ask, personal: Personal): Promise<Customer[]> {
  const rows = await ask<Customer & { sealed: string }>(
    `select id, version, reference_id as "referenceId", verified_at is not null as "isVerified",
            phone as sealed from customer_vehicle.customer`,
  )
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    phone: personal.open(sealed, { table: 'customer', column: 'phone', id: row.id }),
  }))
}

async function registrationsOf(ask: Ask, personal: Personal): Promise<Registration[]> {
  const rows = await ask<Registration & { form: string | null }>(
    `select id, version, status, form, customer_id as "customerId", plate_keys as "plateKeys"
       from customer_vehicle.registration`,
  )
  return rows.map(({ form, ...row }) => {
    const place = { table: 'registration', column: 'form', id: row.id }
    const typed =
      form && (JSON.parse(personal.open(form, place)) as { customer: { phone: string } })
    return { ...row, phone: typed ? typed.customer.phone : null }
  })
}

async function messagesOf(ask: Ask, personal: Personal): Promise<Message[]> {
  const rows = await ask<Message & { sealed: string }>(
    `select id, event_id as "eventId", channel, template, status, provider_id as "providerId",
            recipient as sealed from notification.message`,
  )
  return rows.map(({ sealed, ...row }) => ({
    ...row,
    recipient: personal.open(sealed, { table: 'message', column: 'recipient', id: row.id }),
  }))
}

async function replicasOf(ask: Ask): Promise<Tables['replicas']> {
  const of = (table: string) => ask<Row>(`select * from ${table}`)
  const everywhere = async (table: string) => {
    const found: Partial<Record<ServiceName, Row[]>> = {}
    for (const name of serviceNames) found[name] = await of(`${schemaName(name)}.${table}`)
    return found as Record<ServiceName, Row[]>
  }
  return {
    centersOfCustomerVehicle: await of('customer_vehicle.service_center'),
    centersOfNotification: await of('notification.service_center'),
    customersOfNotification: await of('notification.customer'),
    vehiclesOfNotification: await of('notification.vehicle'),
    ofBay: await bayReplicasOf(ask),
    roles: await everywhere('role_permission'),
    endedSessions: await everywhere('ended_session'),
  }
}

/** Quantities and prices as events have them. */
async function bayReplicasOf(ask: Ask): Promise<Record<string, Row[]>> {
  const found: Record<string, Row[]> = {}
  for (const name of [
    'inventory.service_center',
    'workshop.service_center',
    'workshop.customer',
    'workshop.vehicle',
    'workshop.staff',
    'billing.service_center',
    'billing.customer',
    'billing.job_card',
    'notification.staff',
    'notification.item',
  ]) {
    found[name] = await ask<Row>(`select * from ${name}`)
  }
  found['workshop.item'] = await ask<Row>(
    `select *, unit_price_minor::int as unit_price_minor from workshop.item`,
  )
  found['workshop.stock_level'] = await ask<Row>(
    `select *, available_milli::float8 / 1000 as available from workshop.stock_level`,
  )
  return found
}

async function restOf(ask: Ask): Promise<Rest[]> {
  const found: Rest[] = []
  for (const service of serviceNames) {
    const schema = schemaName(service)
    found.push({
      service,
      outbox: await ask(
        `select type, subject, parked_at is not null as "isParked" from ${schema}.outbox`,
      ),
      letters: await ask(
        `select consumer, event_id as "eventId", reason, error from ${schema}.dead_letter`,
      ),
      timers: await ask(
        `select kind, subject, tries, due_at < now() as "isOverdue" from ${schema}.timer`,
      ),
    })
  }
  return found
}
