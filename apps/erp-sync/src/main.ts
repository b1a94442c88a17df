import { runApp } from './commands/run-app.js'
import { tolerateClosedOutput } from './lib/closed-output.js'

tolerateClosedOutput()
process.exitCode = await runApp(process.argv.slice(2), process.env)
