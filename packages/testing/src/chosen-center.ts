import type { Signature } from '@forecourt/platform/endpoint'
import type { AnyService } from '@forecourt/platform/service'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { mumbai, type Person } from './people.ts'
import type { Stack } from './stack.ts'

const NOBODY = '0192f000-0000-7000-8000-00000000dead'

/**
 * Every endpoint whose body names a service center, asked by somebody of Pune to act for Mumbai.
 * `bodies` are, by endpoint, what would be accepted with the own center.
 */
export function testChosenCenter(
  { endpoints }: AnyService,
  stackOf: () => Stack,
  as: Person,
  bodies: Record<string, () => object>,
): void {
  const naming = endpoints.filter(({ body }) => namesCenter(body))
  for (const { method, path } of naming) {
    const name = `${method} ${path}`
    test(`${name} acts for an own center alone`, async () => {
      const said = bodies[name]
      if (!said) throw new Error(`Nothing is known that could be said to ${name}.`)
      const signature = name.replaceAll(/:\w+/g, NOBODY) as Signature
      const answer = await stackOf().call(signature, {
        as,
        body: { ...said(), serviceCenterId: mumbai },
      })
      const errors = { serviceCenterId: ['Choose one of your own service centers'] }
      expect(answer).toMatchObject({ status: 422, body: { errors } })
    })
  }
}

function namesCenter(body: z.ZodType | undefined): boolean {
  return body instanceof z.ZodObject && 'serviceCenterId' in body.shape
}
