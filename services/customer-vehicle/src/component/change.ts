import { Day } from '@forecourt/contracts/day'
import { ComponentStatus } from '@forecourt/contracts/vehicle-component'
import { z } from 'zod'
import { Severity, statusWithIssue } from './component.ts'

const text = (max: number) => z.string().trim().min(1, 'Must not be empty').max(max)

const Moment = z.iso
  .datetime({ offset: true })
  .refine((moment) => Day.safeParse(moment.slice(0, 10)).success)
const DayOrMoment = z.union([Day, Moment], 'Must be a day such as 2026-01-31, or a moment')

/** An issue of a component: a known one by its id, resolved or open again, or a new one. */
const ToldIssue = z
  .object({
    id: z.uuid().optional().describe('Of a known issue; one without it is new.'),
    description: text(500).optional(),
    severity: Severity.default('medium'),
    reportedDate: DayOrMoment.nullish().describe('Now, if left out.'),
    resolvedDate: DayOrMoment.nullish(),
    resolved: z.boolean().optional(),
  })
  .superRefine(({ id, description, resolved }, context) => {
    const missing = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (id === undefined && description === undefined) {
      missing('description', 'Say what is wrong, or give the id of a known issue')
    }
    if (id !== undefined && resolved === undefined) {
      missing('resolved', 'Say whether the issue is resolved')
    }
  })
export type ToldIssue = z.infer<typeof ToldIssue>

/** Absent means unchanged, null means cleared. */
export const ChangeComponent = z
  .object({
    name: text(60),
    category: text(40),
    position: z.object({ x: z.number(), y: z.number() }),
    status: ComponentStatus,
    lastServiceDate: Day.nullable(),
    /** Days. */
    serviceInterval: z.number().int().min(1).max(3_650).nullable(),
    /** May come back as it was shown; it follows from the two above. */
    nextServiceDate: Day.nullable(),
    issues: z.array(ToldIssue).max(50),
  })
  .partial()
export type ChangeComponent = z.infer<typeof ChangeComponent>

/** A component that the vehicle does not have yet is added; it needs a name and a category. */
export const ChangeGraphical = z.object({
  components: z
    .array(
      ChangeComponent.extend({
        id: z.string().regex(/^[A-Za-z][\w-]{0,39}$/, 'Must be a word such as engine_oil'),
      }),
    )
    .min(1, 'Name at least one component')
    .max(60),
})

export const ReportIssue = z.object({
  description: text(500),
  severity: Severity.default('medium'),
})

/** Whether an issue that was told is over. */
export function isResolved({ resolved, resolvedDate }: ToldIssue): boolean {
  return resolved ?? typeof resolvedDate === 'string'
}

/** The status that follows from new issues where none was given; undefined when none does. */
export function statusToldBy(
  before: ComponentStatus,
  { status, issues = [] }: ChangeComponent,
): ComponentStatus | undefined {
  const found = issues.filter((issue) => issue.id === undefined && !isResolved(issue))
  if (status !== undefined || found.length === 0) return status
  return found.reduce(statusWithIssue, before)
}
