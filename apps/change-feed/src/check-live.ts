import { tolerateClosedOutput } from 'deltaverse/program'
import { runCheckLive } from './commands/check-live/run-check-live.js'

tolerateClosedOutput()
process.exitCode = await runCheckLive(process.argv.slice(2), process.env)
