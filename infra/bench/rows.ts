import type { BenchRow } from './row.ts'
import { commitToHandler } from './rows/commit-to-handler.ts'
import { consumerEffects } from './rows/consumer-effects.ts'
import { gateway } from './rows/gateway.ts'
import { hotItem } from './rows/hot-item.ts'
import { invoicePdf } from './rows/invoice-pdf.ts'
import { issueStatements } from './rows/issue-statements.ts'
import { listOfTwenty } from './rows/list-of-twenty.ts'
import { logout } from './rows/logout.ts'
import { oneRowRead } from './rows/one-row-read.ts'
import { outboxDrain } from './rows/outbox-drain.ts'
import { processes } from './rows/processes.ts'
import { series } from './rows/series.ts'
import { setting } from './rows/setting.ts'
import { tracing } from './rows/tracing.ts'
import { vehicleSearch } from './rows/vehicle-search.ts'
import { write } from './rows/write.ts'

/** All that is measured, in the order of docs/benchmarks.md. */
export const rows: BenchRow[] = [
  oneRowRead,
  listOfTwenty,
  vehicleSearch,
  write,
  hotItem,
  issueStatements,
  series,
  invoicePdf,
  gateway,
  tracing,
  commitToHandler,
  outboxDrain,
  consumerEffects,
  logout,
  setting,
  processes,
]
