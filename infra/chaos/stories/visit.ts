import { billAndPay } from './bill.ts'
import {
  assign,
  awaitParts,
  callOff,
  completeWork,
  deliverVehicle,
  needParts,
  openCard,
  proposeMore,
  receiveVehicle,
  startWork,
  type Job,
} from './job.ts'
import type { Story, Town } from './story.ts'

/** More than anybody has of a part. */
const MORE_THAN_THERE_IS = 30

/** A vehicle goes through the bay, from the wish to the handing over. */
export const visits: Story = {
  name: 'visits',
  weight: 6,
  async tell(client, town) {
    const job = await receiveVehicle(client, town)
    if (!job || !(await assign(job))) return
    const isNeeding = client.chance.happens(0.7)
    if (isNeeding && !(await needParts(job, town, client.chance.between(1, 3)))) return
    await workAndHandOver(job, town)
  },
}

/** A part is short: the card waits, somebody buys, and the card goes on by itself. */
export const waitsForParts: Story = {
  name: 'waits-for-parts',
  weight: 3,
  async tell(client, town) {
    const job = await receiveVehicle(client, town)
    if (!job || !(await assign(job))) return
    const isEarly = client.chance.happens(0.5)
    if (isEarly && !(await needParts(job, town, MORE_THAN_THERE_IS))) return
    await workAndHandOver(job, town, isEarly ? 0 : MORE_THAN_THERE_IS)
  },
}

/** A card is called off at some moment of the work, and now and then another one is opened. */
export const callsOff: Story = {
  name: 'calls-off',
  weight: 3,
  async tell(client, town) {
    const job = await receiveVehicle(client, town)
    if (!job) return
    if (client.chance.happens(0.8)) {
      const quantity = client.chance.pick([1, 2, MORE_THAN_THERE_IS])
      if (!(await assign(job)) || !(await needParts(job, town, quantity))) return
      if (client.chance.happens(0.3) && !(await awaitParts(job))) return
    }
    if (!(await callOff(job)) || client.chance.happens(0.5)) return
    const cardId = await openCard(job)
    if (cardId !== undefined) await assign({ ...job, cardId })
  },
}

/** From the parts that were asked for on; `more` are asked for when the work has begun. */
async function workAndHandOver(job: Job, town: Town, more = 0): Promise<void> {
  if (!(await awaitParts(job)) || !(await startWork(job))) return
  if (more > 0 && !(await needParts(job, town, more))) return
  if (more > 0 && !(await awaitParts(job))) return
  if (job.client.chance.happens(0.4) && !(await proposeMore(job))) return
  const lines = await awaitParts(job)
  if (!lines || !(await completeWork(job, lines))) return
  // That the card hears of the money, too, is asked in the end.
  if (await billAndPay(job)) await deliverVehicle(job)
}
