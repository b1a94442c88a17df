import { runApp } from './commands/run-app.js'

process.exitCode = await runApp(process.argv.slice(2), process.env)
