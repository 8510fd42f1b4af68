import type { Endpoint, Signature } from '@forecourt/platform/endpoint'
import type { AnyService } from '@forecourt/platform/service'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { kiran, type Person } from './people.ts'
import type { Stack } from './stack.ts'

/** A write that would be accepted, and what shows its noun. */
interface Said {
  as: Person
  id?: string
  body: object
  shownAt?: Signature[]
}

/**
 * Every number of every body, at its largest and twice: it is taken or refused, never a fault of
 * ours, and after it every list and every noun can still be read by whoever reads all.
 */
export function testLargestNumbers(
  { endpoints }: AnyService,
  stackOf: () => Stack,
  saidTo: Record<string, () => Promise<Said>>,
): void {
  for (const { method, path, body: schema } of endpoints) {
    const name = `${method} ${path}`
    for (const { place, largest } of schema ? numbersIn(schema) : []) {
      test(`${name} takes or refuses the largest ${place.join('.')}`, async () => {
        expect(Number.isFinite(largest)).toBe(true)
        const said = await saidTo[name]?.()
        if (!said) throw new Error(`Nothing is known that could be said to ${name}.`)
        const signature = name.replace(':id', said.id ?? '') as Signature
        const body = withNumber(said.body, place, largest)
        for (let turn = 0; turn < 2; turn += 1) {
          const { status, text } = await stackOf().call(signature, { as: said.as, body })
          expect([status === 500, text]).toEqual([false, text])
        }
        await expectReadable(stackOf(), [...listsOf(endpoints), ...(said.shownAt ?? [])])
      })
    }
  }
}

/** An administrator can read all of it. */
export async function expectReadable(stack: Stack, shownAt: readonly Signature[]): Promise<void> {
  for (const signature of shownAt) {
    const { status, text } = await stack.call(signature, { as: kiran })
    expect([signature, status, text]).toEqual([signature, 200, text])
  }
}

function listsOf(endpoints: readonly Endpoint[]): Signature[] {
  return endpoints
    .filter(({ kind, path }) => kind === 'list' && !path.includes(':'))
    .map(({ method, path }) => `${method} ${path}` as Signature)
}

interface Place {
  /** The names that lead to it; `each` stands for the entries of a list. */
  place: string[]
  largest: number
}

function numbersIn(schema: z.ZodType, place: string[] = []): Place[] {
  if (schema instanceof z.ZodNumber) return [{ place, largest: schema.maxValue ?? Infinity }]
  if (schema instanceof z.ZodPipe) return numbersIn(schema.in as z.ZodType, place)
  if (schema instanceof z.ZodArray) {
    return numbersIn(schema.element as z.ZodType, [...place, 'each'])
  }
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.ZodType>(schema.shape)
    return fields.flatMap(([name, field]) => numbersIn(field, [...place, name]))
  }
  const isWrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  return isWrapped ? numbersIn(schema.unwrap() as z.ZodType, place) : []
}

/** The value with this number at its place; a list on the way there has its entries twice. */
function withNumber(value: unknown, [name, ...rest]: string[], number: number): unknown {
  if (name === undefined) return number
  if (name === 'each') {
    const entries = (value as unknown[]).map((entry) => withNumber(entry, rest, number))
    return [...entries, ...entries]
  }
  const group = value as Record<string, unknown>
  return { ...group, [name]: withNumber(group[name], rest, number) }
}
