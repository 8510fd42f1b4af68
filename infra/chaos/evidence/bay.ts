/** What is there of stock, work and money; quantities are thousandths, money is minor units. */
export interface Bay {
  items: { id: string; itemCode: string }[]
  levels: Level[]
  movements: Movement[]
  reservations: { id: string; documentId: string; status: string }[]
  reservedLines: ReservedLine[]
  requests: { id: string; centerId: string; status: string; description: string | null }[]
  cards: Card[]
  steps: { cardId: string; description: string; status: string; priceMinor: number }[]
  extras: { id: string; cardId: string; description: string; costMinor: number; decision: string }[]
  partsRequests: { id: string; cardId: string }[]
  parts: Part[]
  approvals: { id: string; cardId: string; status: string }[]
  invoices: Invoice[]
  billedLines: BilledLine[]
  payments: { id: string; invoiceId: string; amountMinor: number; notes: string | null }[]
  series: { centerId: string; year: string; last: number }[]
  documents: { id: string; storageKey: string }[]
  notices: { eventId: string; userId: string }[]
  staff: { id: string; role: string; centerIds: string[] }[]
  alerts: { centerId: string | null; isOpen: boolean }[]
  /** What dashboards read of a whole center. */
  figures: { centerId: string; name: string; value: number }[]
}

export interface Level {
  itemId: string
  /** Null is the central warehouse. */
  centerId: string | null
  onHand: number
  reserved: number
  valueMinor: number
}

export interface Movement {
  id: string
  itemId: string
  centerId: string | null
  quantity: number
  valueMinor: number
  referenceType: string
  referenceId: string
  reason: string | null
}

export interface ReservedLine {
  id: string
  reservationId: string
  itemId: string
  centerId: string
  quantity: number
  status: string
}

export interface Card {
  id: string
  requestId: string
  centerId: string
  customerId: string
  status: string
  partsOpen: number
  engineerNotes: string | null
  reason: string | null
  paymentStatus: string
  invoiceId: string | null
}

export interface Part {
  id: string
  cardId: string
  itemId: string
  quantity: number
  used: number | null
  status: string
  unitPriceMinor: number
}

export interface Invoice {
  id: string
  number: string | null
  year: string | null
  serial: number | null
  centerId: string
  cardId: string | null
  status: string
  paymentStatus: string
  totalMinor: number
  paidMinor: number
  roundOffMinor: number
}

export interface BilledLine {
  invoiceId: string
  type: string
  description: string
  itemId: string | null
  quantity: number
  unitPriceMinor: number
  totalMinor: number
}

type Ask = <Result>(sql: string) => Promise<Result[]>

export async function bayOf(ask: Ask): Promise<Bay> {
  return { ...(await stockOf(ask)), ...(await workOf(ask)), ...(await moneyOf(ask)) }
}

async function stockOf(ask: Ask) {
  return {
    items: await ask<Bay['items'][number]>(
      `select id, item_code as "itemCode" from inventory.item`,
    ),
    levels: await ask<Level>(
      `select item_id as "itemId", service_center_id as "centerId", on_hand_milli::int as "onHand",
              reserved_milli::int as reserved, value_minor::int as "valueMinor"
         from inventory.stock_level`,
    ),
    movements: await ask<Movement>(
      `select id, item_id as "itemId", service_center_id as "centerId", reason,
              quantity_milli::int as quantity, value_minor::int as "valueMinor",
              reference_type as "referenceType", reference_id as "referenceId"
         from inventory.stock_movement`,
    ),
    reservations: await ask<Bay['reservations'][number]>(
      `select id, document_id as "documentId", status from inventory.reservation`,
    ),
    reservedLines: await ask<ReservedLine>(
      `select id, reservation_id as "reservationId", item_id as "itemId", status,
              service_center_id as "centerId", quantity_milli::int as quantity
         from inventory.reservation_line`,
    ),
  }
}

async function workOf(ask: Ask) {
  return {
    requests: await ask<Bay['requests'][number]>(
      `select id, service_center_id as "centerId", status, description
         from workshop.service_request`,
    ),
    cards: await ask<Card>(
      `select id, service_request_id as "requestId", service_center_id as "centerId",
              customer_id as "customerId", status, parts_open as "partsOpen", reason,
              engineer_notes as "engineerNotes", payment_status as "paymentStatus",
              invoice_id as "invoiceId" from workshop.job_card`,
    ),
    steps: await ask<Bay['steps'][number]>(
      `select job_card_id as "cardId", description, status, price_minor::int as "priceMinor"
         from workshop.job_card_service`,
    ),
    extras: await ask<Bay['extras'][number]>(
      `select id, job_card_id as "cardId", description, cost_minor::int as "costMinor", decision
         from workshop.additional_service`,
    ),
    partsRequests: await ask<Bay['partsRequests'][number]>(
      `select id, job_card_id as "cardId" from workshop.parts_request`,
    ),
    parts: await ask<Part>(
      `select id, job_card_id as "cardId", item_id as "itemId", status,
              quantity_milli::int as quantity, used_milli::int as used,
              unit_price_minor::int as "unitPriceMinor" from workshop.parts_request_line`,
    ),
    approvals: await ask<Bay['approvals'][number]>(
      `select id, job_card_id as "cardId", status from workshop.approval`,
    ),
  }
}

async function moneyOf(ask: Ask) {
  return {
    invoices: await ask<Invoice>(
      `select id, invoice_number as number, financial_year as year, serial, status,
              service_center_id as "centerId", job_card_id as "cardId",
              payment_status as "paymentStatus", total_minor::int as "totalMinor",
              paid_minor::int as "paidMinor", round_off_minor::int as "roundOffMinor"
         from billing.invoice`,
    ),
    billedLines: await ask<BilledLine>(
      `select invoice_id as "invoiceId", type, description, item_id as "itemId",
              quantity_milli::int as quantity, unit_price_minor::int as "unitPriceMinor",
              total_minor::int as "totalMinor" from billing.invoice_line`,
    ),
    payments: await ask<Bay['payments'][number]>(
      `select id, invoice_id as "invoiceId", amount_minor::int as "amountMinor", notes
         from billing.payment`,
    ),
    series: await ask<Bay['series'][number]>(
      `select service_center_id as "centerId", financial_year as year, last_number as last
         from billing.number_series where document_type = 'invoice'`,
    ),
    documents: await ask<Bay['documents'][number]>(
      `select id, storage_key as "storageKey" from billing.invoice_document`,
    ),
    notices: await ask<Bay['notices'][number]>(
      `select event_id as "eventId", user_id as "userId" from notification.notification`,
    ),
    alerts: await ask<Bay['alerts'][number]>(
      `select service_center_id as "centerId", cleared_at is null as "isOpen"
         from inventory.stock_alert`,
    ),
    figures: await ask<Bay['figures'][number]>(
      `select service_center_id as "centerId", figure.name, value::int as value
         from reporting.figure
        where subject_id = service_center_id and generation in
              (select generation from reporting.projection where status = 'served')`,
    ),
    staff: await ask<Bay['staff'][number]>(
      `select id, role, service_center_ids as "centerIds" from notification.staff
        where status = 'active'`,
    ),
  }
}
