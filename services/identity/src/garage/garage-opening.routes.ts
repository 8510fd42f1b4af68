import type { z } from 'zod'
import { endpoint, type Here } from '../db.ts'
import { openGarage } from './garage.queries.ts'
import { GarageOpened } from './garage.ts'
import { handleBudgets, keepPlace, lockVerified } from './garage-registration.queries.ts'
import { CompleteRegistration, GarageLocated, LocateGarage } from './garage-registration.ts'

export const locateGarage = endpoint('POST /auth/register/step2', {
  about: 'Say where the garage is.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  errors: 'list',
  status: 200,
  message: 'Business location saved successfully',
  body: LocateGarage,
  returns: GarageLocated,
  limits: (who, { body }) => handleBudgets('auth.register.step2', who, body.userId),
  handle: (context, { body }) => locate(context, body),
})

export const completeRegistration = endpoint('POST /auth/register/step3', {
  about: 'Say what the garage is: account and service center are open, and its owner signed in.',
  may: 'public',
  acts: 'system',
  answers: 'tokens',
  errors: 'list',
  status: 200,
  message: 'Registration completed successfully! Welcome to AutoSaaz.',
  body: CompleteRegistration,
  returns: GarageOpened,
  limits: (who, { body }) => handleBudgets('auth.register.step3', who, body.userId),
  before: (context: Here) => context.signer.ready(),
  handle: (context, { body, before: sign }) => openGarage({ ...context, sign }, body),
})

async function locate(
  context: Here,
  { userId, ...place }: z.output<typeof LocateGarage>,
): Promise<z.input<typeof GarageLocated>> {
  const { id } = await lockVerified(context, userId)
  await keepPlace(context, id, place)
  return { nextStep: 3 }
}
