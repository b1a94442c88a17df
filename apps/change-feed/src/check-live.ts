import { runCheckLive } from './commands/check-live/run-check-live.js'

process.exitCode = await runCheckLive(process.argv.slice(2), process.env)
