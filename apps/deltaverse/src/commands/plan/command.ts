import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { addOutputFlags, environmentOf, outputOf } from '../../command-line/shared-flags.js'
import { addPullFlags, pullSettingsOf } from '../pull/command.js'
import { addPushFlags, pushSettingsOf } from '../push/command.js'

/** `deltaverse plan`: what a push or a pull would do, before it does. */
export function addPlan(program: Command, execute: Execute): Command {
  const plan = program
    .command('plan')
    .description('say what a push or a pull would do, before it does, and write nothing')
  const push = addPlanFlags(
    addPushFlags(
      plan
        .command('push')
        .description(
          'plan the push of a file, row by row and column by column; run --plan does exactly that',
        ),
    ),
  )
  push.action(async (path: string, flags) => {
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
  const pull = addPlanFlags(
    addPullFlags(
      plan.command('pull').description('say what a pull would read: changes, or everything, and how much'),
    ),
  )
  pull.action(async (flags) => {
    const settings = { pull: await pullSettingsOf(flags), output: flags.output, html: flags.html }
    await execute(outputOf(flags), async () => {
      const { runPlanPull } = await import('./run-plan-pull.js')
      return (context) => runPlanPull(settings, context)
    })
  })
  const job = addPlanFlags(
    addOutputFlags(
      plan
        .command('job')
        .description('plan a job of a job file')
        .argument('<name>', 'of the job', parseText)
        .option('--file <path>', 'the job file', parseText, 'deltaverse.yaml'),
    ),
  )
  job.action(async (name: string, { file, output, html, ...flags }) => {
    await execute(outputOf(flags), async () => {
      const { runPlanJob } = await import('./run-plan-job.js')
      return (context) => runPlanJob({ file, name, output, html }, context)
    })
  })
  return plan
}

function addPlanFlags(command: Command): Command {
  return command
    .option('-o, --output <file>', 'the plan as JSON; that of a push is for run --plan', parseText)
    .option('--html <file>', 'the plan as one page to look at', parseText)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
}
