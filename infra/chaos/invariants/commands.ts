import { acknowledged, commandsOf, type World } from '../evidence/world.ts'
import type { Entry } from '../journal.ts'
import { repeated, type Invariant } from './invariant.ts'

/** Why a command of a story may be refused; anything else was a fault that showed. */
const expected: Record<Entry['deed']['kind'], readonly string[]> = {
  upload: [],
  submit: [],
  // Somebody has mistyped it in every try of a guess that was sent again.
  verify: ['otp_exhausted'],
  guess: ['otp_wrong', 'otp_exhausted'],
  'edit-customer': ['version_changed'],
  'open-center': [],
  'edit-center': ['version_changed'],
  login: [],
  // A token that was exchanged, whose answer was lost for longer than the grace.
  refresh: ['refresh_token_invalid'],
  // The answer to the first try was lost, and its token has ended since.
  logout: ['session_ended'],
  'add-item': [],
  adjust: [],
  // One service has not heard yet of what another one has acknowledged.
  'ask-work': ['not_found'],
  'open-card': [],
  propose: [],
  complete: [],
  'call-off': [],
  pay: [],
  'need-parts': ['item_unknown'],
  bill: ['not_found', 'job_card_unfinished'],
  move: ['engineer_not_in_center'],
  decide: [],
}

/** What the slower of two people is told. */
const forestalled = new Set(['state_forbids', 'payment_exceeds_balance', 'stock_insufficient'])

interface Verified {
  customer: { id: string; referenceId: string }
  vehicles: { id: string; vehicleNumber: string }[]
}

export const commandInvariants: Invariant[] = [
  {
    promise: 'a command is refused for its own fault only, never for one of the house',
    *broken({ commands }) {
      for (const { id, story, endpoint, deed, ending, answer } of commands) {
        const reason = answer?.reason ?? ''
        const isForestalled =
          (story === 'rivals' && reason === 'vehicle_already_registered') ||
          ('isContested' in deed && deed.isContested && forestalled.has(reason))
        const isExpected = isForestalled || expected[deed.kind].includes(reason)
        if (ending !== 'refused' || isExpected) continue
        yield `${id}: ${endpoint} was refused: ${answer?.status} ${reason}`
      }
    },
  },
  {
    promise: 'an acknowledged form is one registration, an unacknowledged one at most one',
    *broken(world) {
      for (const { id, ending, deed, answer } of commandsOf(world, 'submit')) {
        const found = registrationsOf(world, deed)
        const isDoubled = found.length > 1
        const isLost = ending === 'acknowledged' && found[0]?.id !== registrationIn(answer?.data)
        if (isDoubled || isLost) yield `${id}: ${deed.phone} has ${found.length} registrations`
      }
    },
  },
  {
    promise: 'a proved code has made its customer and every vehicle, and nothing else has',
    *broken(world) {
      const { customers, registrations } = world.tables
      for (const entry of acknowledged(world, 'verify')) yield* missingOf(world, entry)
      yield* wholeness(world)
      for (const { id, isVerified, referenceId } of customers) {
        const proofs = registrations.filter(({ customerId }) => customerId === id)
        if (proofs.length === 0) yield `customer ${id} was made without a registration`
        if (!isVerified || !referenceId) yield `customer ${id} is half made`
      }
    },
  },
  {
    promise: 'a code is used up exactly by what it proved, and every answered guess is counted',
    *broken(world) {
      const { otps, registrations } = world.tables
      for (const { id, subject, isConsumed } of otps) {
        const registration = registrations.find((one) => one.id === subject)
        if (isConsumed === (registration?.status === 'verified')) continue
        const others = otps.filter((one) => one.subject === subject && one.isConsumed)
        if (others.length !== 1) yield `the code ${id} and registration ${subject} disagree`
      }
      for (const [subject, guesses] of Map.groupBy(
        commandsOf(world, 'guess'),
        ({ deed }) => deed.registrationId,
      )) {
        const counted = otps
          .filter((otp) => otp.subject === subject)
          .reduce((sum, { attempts }) => sum + attempts, 0)
        const answered = guesses.filter(({ answer }) => answer?.reason === 'otp_wrong').length
        if (counted < answered) yield `${subject} counts ${counted} of ${answered} wrong guesses`
      }
    },
  },
  {
    promise: 'reference ids count without a gap and are given once',
    *broken({ tables: { counters, customers } }) {
      for (const { prefix, last } of counters) {
        const given = customers.flatMap(({ referenceId }) =>
          referenceId?.startsWith(`CUST-${prefix}-`) ? [Number(referenceId.split('-')[2])] : [],
        )
        const isWhole = given.toSorted((a, b) => a - b).every((number, at) => number === at + 1)
        if (!isWhole || given.length !== last) {
          yield `${prefix} counts to ${last} and has ${given.join(', ')}`
        }
      }
      for (const id of repeated(customers.map(({ referenceId }) => referenceId))) {
        yield `${id} was given twice`
      }
    },
  },
  {
    promise: 'a session is there for every sign-in, and has ended for every sign-out',
    *broken(world) {
      const sessions = new Map(world.tables.sessions.map((one) => [one.id, one]))
      for (const { id, answer } of acknowledged(world, 'login')) {
        const tokens = answer?.data as { accessToken: string } | undefined
        const isThere = tokens && sessions.has(sessionIn(tokens.accessToken))
        if (!isThere) yield `${id}: the session is not there`
      }
      const tries = commandsOf(world, 'login').reduce((sum, { sent }) => sum + sent, 0)
      if (sessions.size > tries) yield `${sessions.size} sessions were opened by ${tries} requests`
      for (const { id, deed } of acknowledged(world, 'logout')) {
        const session = sessions.get(deed.sessionId)
        if (session?.endedBy !== 'logout') yield `${id}: ${deed.sessionId} has not ended`
      }
    },
  },
  {
    promise: 'every file that is known has its bytes, and every acknowledged one is known',
    *broken(world) {
      const files = new Map(world.tables.files.map((file) => [file.id, file]))
      for (const { id, answer } of acknowledged(world, 'upload')) {
        const file = answer?.data as { id: string } | undefined
        if (!file || !files.has(file.id)) yield `${id}: the file ${file?.id} is not known`
      }
      for (const { id, storageKey } of files.values()) {
        if (!world.stored.has(storageKey)) yield `the file ${id} has lost its bytes`
      }
    },
  },
]

function registrationIn(data: unknown): string {
  return (data as { registrationId: string }).registrationId
}

function sessionIn(accessToken: string): string {
  const [, claims = ''] = accessToken.split('.')
  return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { sid: string }).sid
}

/** The registrations of one phone with just these vehicles. */
function registrationsOf(
  { tables: { registrations, customers } }: World,
  { phone, plates }: { phone: string; plates: string[] },
) {
  const customer = customers.find((one) => one.phone === phone)
  const marks = plates.toSorted().join()
  return registrations.filter(
    (one) =>
      (one.phone === phone || (customer && one.customerId === customer.id)) &&
      one.plateKeys.toSorted().join() === marks,
  )
}

function* missingOf(
  { tables: { customers, vehicles, registrations } }: World,
  { id, deed, answer }: Entry & { deed: { registrationId: string; phone: string } },
): Generator<string> {
  const told = answer?.data as Verified
  const customer = customers.find((one) => one.id === told.customer.id)
  const isWhole =
    customer?.phone === deed.phone && customer.referenceId === told.customer.referenceId
  if (!isWhole) yield `${id}: the customer of ${deed.phone} is not as it was told`
  const registration = registrations.find((one) => one.id === deed.registrationId)
  if (registration?.customerId !== told.customer.id) {
    yield `${id}: ${deed.registrationId} is ${registration?.status ?? 'gone'}`
  }
  for (const { id: vehicleId, vehicleNumber } of told.vehicles) {
    const vehicle = vehicles.find((one) => one.id === vehicleId)
    const isTheirs = vehicle?.customerId === told.customer.id && vehicle.plate === vehicleNumber
    if (!isTheirs) yield `${id}: ${vehicleNumber} is not there, or somebody else's`
  }
}

/** What verified registrations name, and what there is, is the same. */
function* wholeness({ tables: { registrations, vehicles } }: World): Generator<string> {
  const owners = new Map(vehicles.map(({ plateKey, customerId }) => [plateKey, customerId]))
  const proved = registrations.filter(({ status }) => status === 'verified')
  for (const { id, plateKeys, customerId } of proved) {
    for (const key of plateKeys) {
      if (owners.get(key) !== customerId) yield `${id} was proved without its vehicle ${key}`
    }
  }
  const named = new Set(proved.flatMap(({ plateKeys }) => plateKeys))
  for (const key of owners.keys()) if (!named.has(key)) yield `${key} was made without a proof`
}
