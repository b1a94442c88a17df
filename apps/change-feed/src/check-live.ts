import { runCheckLive } from './commands/check-live/run-check-live.js'
import { tolerateClosedOutput } from './lib/closed-output.js'

tolerateClosedOutput()
process.exitCode = await runCheckLive(process.argv.slice(2), process.env)
