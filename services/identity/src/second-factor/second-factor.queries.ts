import { randomUUIDv7 } from 'node:crypto'
import { addressKey } from '@forecourt/platform/limit'
import { problem } from '@forecourt/platform/problem'
import { sql, type Kysely } from 'kysely'
import type { Here, Means, Tables } from '../db.ts'
import { endSessionsOf } from '../session/ending.queries.ts'
import { failureBudgets } from '../user/attempt.ts'
import { countFailure, forgetFailures, openedPerson, refuseLocked } from '../user/user.queries.ts'
import type { UserRow } from '../user/user.ts'
import { RECOVERY_CODES, type Enrollment, type SecondFactorRow } from './second-factor.ts'

type Personal = Means['personal']

/** A right code, until it is used up: a step of the app, or the digest of a recovery code. */
export type Proof = { factorId: string } & ({ step: number } | { recoveryCode: string })

/**
 * Judges a code, before and apart from what it opens: a wrong one stays counted, and locks like
 * a wrong password. Throws `mfa_code_wrong` and `mfa_not_enrolled`.
 */
export async function proveCode(context: Here, userId: string, code: string): Promise<Proof> {
  const { db, attempts, address, now } = context
  const factor = await factorOf(db, userId)
  if (!factor) throw problem('mfa_not_enrolled')
  const subject = subjectOf(factor.id)
  await refuseLocked(db, subject)
  let proof: Proof | undefined
  await attempts.guess(failureBudgets(addressKey(address), subject), async () => {
    proof = judge(context, factor, code, Date.parse(now))
    if (!proof) await countFailure(db, subject)
    return proof !== undefined
  })
  if (!proof) throw problem('mfa_code_wrong').concerning(userId)
  return proof
}

/** Uses a right code up; of those who present it at one moment, one is first. */
export async function useProof(db: Kysely<Tables>, proof: Proof): Promise<void> {
  const factor = db.updateTable('secondFactor').where('id', '=', proof.factorId)
  const used =
    'step' in proof
      ? factor
          .set({ lastStep: proof.step })
          .where((eb) => eb.or([eb('lastStep', 'is', null), eb('lastStep', '<', proof.step)]))
      : factor
          .set({ recoveryCodes: sql`array_remove(recovery_codes, ${proof.recoveryCode})` })
          .where(sql<boolean>`${proof.recoveryCode} = any (recovery_codes)`)
  const { numUpdatedRows } = await used.executeTakeFirst()
  if (!numUpdatedRows) throw problem('mfa_code_wrong')
  await forgetFailures(db, subjectOf(proof.factorId))
}

/** Gives a locked account the secret of an app; an older one that was not confirmed is void. */
export async function beginFactor(
  { db, personal, authenticator }: Pick<Here, 'db' | 'personal' | 'authenticator'>,
  user: UserRow,
): Promise<Enrollment> {
  if (user.mfaEnabled) throw problem('mfa_already_enabled')
  const id = randomUUIDv7()
  const secret = authenticator.makeSecret()
  const { email, phone } = openedPerson(personal, user)
  await forgetFactor(db, user.id)
  await db
    .insertInto('secondFactor')
    .values({ id, userId: user.id, secret: personal.seal(secret, placeOf(id)), recoveryCodes: [] })
    .execute()
  return { secret, otpauthUri: authenticator.uriOf(secret, email ?? phone ?? '') }
}

/**
 * From now on a locked account asks for its second factor. Whoever signed in without it must do
 * so again. Answers the recovery codes, of which only digests stay.
 */
export async function enableFactor(
  context: Here,
  user: UserRow,
  { proof, except }: { proof: Proof; except: string | null },
): Promise<string[]> {
  const { db, personal, authenticator } = context
  if (user.mfaEnabled) throw problem('mfa_already_enabled')
  await useProof(db, proof)
  const codes = Array.from({ length: RECOVERY_CODES }, () => authenticator.makeRecoveryCode())
  const recoveryCodes = codes.map((code) => digestOf(personal, proof.factorId, code))
  await db
    .updateTable('secondFactor')
    .set({ recoveryCodes })
    .where('id', '=', proof.factorId)
    .execute()
  await db.updateTable('user').set({ mfaEnabled: true }).where('id', '=', user.id).execute()
  await endSessionsOf(context, user.id, { endedBy: 'second_factor', except })
  return codes
}

/** Takes the second factor from a locked account. */
export async function disableFactor(db: Kysely<Tables>, userId: string): Promise<void> {
  await forgetFactor(db, userId)
  await db.updateTable('user').set({ mfaEnabled: false }).where('id', '=', userId).execute()
}

async function forgetFactor(db: Kysely<Tables>, userId: string): Promise<void> {
  await db.deleteFrom('secondFactor').where('userId', '=', userId).execute()
}

async function factorOf(db: Kysely<Tables>, userId: string): Promise<SecondFactorRow | undefined> {
  return db.selectFrom('secondFactor').selectAll().where('userId', '=', userId).executeTakeFirst()
}

function judge(
  { personal, authenticator }: Pick<Here, 'personal' | 'authenticator'>,
  factor: SecondFactorRow,
  code: string,
  atMs: number,
): Proof | undefined {
  const { id: factorId, lastStep } = factor
  if (!/^\d{6}$/.test(code)) {
    const recoveryCode = digestOf(personal, factorId, code)
    return factor.recoveryCodes.includes(recoveryCode) ? { factorId, recoveryCode } : undefined
  }
  const step = authenticator.stepOf(personal.open(factor.secret, placeOf(factorId)), code, atMs)
  if (step === undefined || (lastStep !== null && step <= lastStep)) return undefined
  return { factorId, step }
}

function digestOf(personal: Personal, factorId: string, code: string): string {
  return personal.blindIndex('recovery', `${factorId}|${code.replaceAll('-', '')}`)
}

/** Wrong codes are counted apart from wrong passwords: a right password forgives none of them. */
function subjectOf(factorId: string): string {
  return `second-factor:${factorId}`
}

function placeOf(id: string) {
  return { table: 'second_factor', column: 'secret', id }
}
