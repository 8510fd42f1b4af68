import { ConfigFault } from '@forecourt/platform/config'
import { watchLoop } from '@forecourt/platform/loop-watch'
import { countProcess } from '@forecourt/platform/metrics'
import { endWhenTold } from '@forecourt/platform/shutdown'
import { openGateway } from './gateway.ts'

/** Ctrl-C promises that everything has ended after ten seconds. */
const SHUTDOWN_MS = 9_000

countProcess()
const gateway = await openGateway(process.env).catch((error: unknown) => {
  const text = error instanceof ConfigFault ? error.message : String((error as Error).stack)
  process.stderr.write(`The gateway cannot start.\n${text}\n`)
  process.exit(1)
})

watchLoop(gateway.log)
endWhenTold(gateway.log, () => gateway.close(), SHUTDOWN_MS)
