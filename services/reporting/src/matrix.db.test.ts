import { AuditRecorded } from '@forecourt/contracts/audit'
import { eventually } from '@forecourt/testing/eventually'
import { auditFact } from '@forecourt/testing/facts'
import { testEveryRole, testForeignCenter, testLists } from '@forecourt/testing/matrix'
import { testTables } from '@forecourt/testing/tables'
import { kiran, meera, pune } from '@forecourt/testing/people'
import { testPersonalTables } from '@forecourt/testing/personal-tables'
import { publish } from '@forecourt/testing/publish'
import { openStack, type Stack } from '@forecourt/testing/stack'
import { afterAll, beforeAll } from 'vitest'
import { tables } from './db.ts'
import { personalTables } from './personal-data/personal-tables.queries.ts'
import { reporting } from './service.ts'

let stack: Stack
const line = auditFact({ serviceCenterId: pune })
beforeAll(async () => {
  stack = await openStack(reporting)
  await publish(stack, AuditRecorded['customer-vehicle'], line)
  await eventually('an audit line', async () => {
    const { rowCount } = await stack.admin.query('select from audit_line where id = $1', [
      line.auditId,
    ])
    return rowCount === 1
  })
})
afterAll(() => stack?.close())

testEveryRole(reporting, () => stack)
testLists(reporting, () => stack, kiran)
testForeignCenter(reporting, () => stack, {
  ids: { '/admin/audit-logs': () => line.auditId },
  stranger: meera,
})
testTables(reporting, tables, () => stack, {
  audit_chain: 'counts the lines of each service, whichever center they belong to',
  service_center: 'a replica of what everybody may know',
})
testPersonalTables(reporting, personalTables, () => stack, {
  service_center: 'centers',
  staff: 'roles of people',
  audit_chain: 'counts',
  invoice: 'ids and money',
  service_request: 'ids',
  job_card: 'ids',
  parts_request: 'ids',
  vehicle: 'ids',
  stock_alert: 'ids',
  figure: 'figures',
  figure_day: 'figures',
})
