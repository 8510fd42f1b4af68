import { z } from 'zod'
import { event, Id, Sealed } from './event.ts'

/** Recorded once and never changed; when it was done is the time of the event. */
export const ComponentWorkRecorded = event('workshop.component-work.recorded.v1', {
  key: 'componentWorkId',
  about: 'A step of a job card was done on a component of the vehicle.',
  data: z.object({
    componentWorkId: Id.describe('The work on this component.'),
    jobCardId: Id.describe('The job card.'),
    lineId: Id.describe('The line of the job card: what was ordered, or approved later.'),
    vehicleId: Id.describe('The vehicle.'),
    serviceCenterId: Id.describe('The service center that did the work.'),
    componentId: z.string().describe('The component: engine_oil, brakes, battery; more may come.'),
    change: z.string().describe('inspected, serviced, repaired or replaced; more may come.'),
    description: z.string().describe('What was done: the description of the line.'),
    costMinor: z.number().int().describe('Its share of the price of the line, before tax.'),
    currency: z.string().describe('ISO 4217 code of the cost: INR.'),
    status: z
      .string()
      .nullable()
      .describe('How it is since: healthy, warning or critical; null leaves that as it was.'),
  }),
})

/** Free text may name a person, so it travels sealed, and its topic forgets it. */
export const ComponentIssueReported = event('workshop.component-issue.reported.v1', {
  key: 'componentIssueId',
  about: 'Somebody who worked on a vehicle noted what is wrong with a component.',
  data: z.object({
    componentIssueId: Id.describe('The issue.'),
    jobCardId: Id.describe('The job card.'),
    vehicleId: Id.describe('The vehicle.'),
    serviceCenterId: Id.describe('The service center.'),
    componentId: z.string().describe('The component: brakes, battery; more may come.'),
    severity: z.string().describe('low, medium, high or critical.'),
    description: Sealed.describe('What is wrong.'),
    reportedBy: Id.nullable().describe('The account of who noted it.'),
  }),
})
