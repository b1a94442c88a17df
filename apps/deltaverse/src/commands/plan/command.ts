import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { environmentOf, outputOf } from '../../command-line/shared-flags.js'
import { addPushFlags, pushSettingsOf } from '../push/command.js'

/** `deltaverse plan push`: what a push would do, before it does. */
export function addPlan(program: Command, execute: Execute): Command {
  const plan = program
    .command('plan')
    .description('say what a push would do, row by row and column by column, and write nothing')
  const command = addPushFlags(
    plan.command('push').description('plan the push of a file; run --plan does exactly that'),
  )
    .option('-o, --output <file>', 'the plan as JSON, for run --plan', parseText)
    .option('--html <file>', 'the plan as one page to look at', parseText)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  command.action(async (path: string, flags) => {
    const settings = {
      push: { environment: environmentOf(flags.to, flags), ...pushSettingsOf(path, flags) },
      output: flags.output,
      html: flags.html,
    }
    await execute(outputOf(flags), async () => {
      const { runPlan } = await import('./run-plan.js')
      return (context) => runPlan(settings, context)
    })
  })
  return plan
}
