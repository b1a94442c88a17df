import { tolerateClosedOutput } from 'deltaverse/program'
import { runApp } from './commands/run-app.js'

tolerateClosedOutput()
process.exitCode = await runApp(process.argv.slice(2), process.env)
