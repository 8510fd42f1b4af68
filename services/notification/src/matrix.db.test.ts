import { testEveryRole, testForeignCenter, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { openMailbox, type LocalMailbox } from '@forecourt/testing/mailbox'
import { kiran, meera, priya } from '@forecourt/testing/people'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { notification } from './service.ts'

let mailbox: LocalMailbox
let stack: Stack
let told = ''
beforeAll(async () => {
  mailbox = await openMailbox()
  const env = { ...mailbox.env, NOTIFICATION_PUBLIC_URL: 'http://127.0.0.1:9' }
  stack = await openStack(notification, env)
  const { rows } = await stack.admin.query<{ id: string }>(
    `insert into notification (id, event_id, user_id, title, message, type, category,
       related_entity_type, related_entity_id, action_url)
     values (gen_random_uuid(), gen_random_uuid(), $1, 'Title', 'Text', 'info', 'job_card',
       'JobCard', gen_random_uuid(), '/job-cards') returning id`,
    [priya.userId],
  )
  told = rows[0]?.id ?? ''
})
afterAll(async () => {
  await stack?.close()
  await mailbox?.close()
})

testEveryRole(notification, () => stack)
testLists(notification, () => stack, kiran)
testForeignCenter(notification, () => stack, {
  ids: { '/notifications': () => told },
  stranger: meera,
})
testTables(notification, tables, () => stack, {
  template: 'the same texts for every center',
  item: 'a replica of what everybody may know',
})
