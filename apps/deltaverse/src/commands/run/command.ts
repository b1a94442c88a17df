import type { Command } from 'commander'
import type { Execute } from '../../command-line/execute.js'
import { parseText } from '../../command-line/flag-values.js'
import { addRunOutputFlags, outputOf } from '../../command-line/shared-flags.js'
import { UsageError } from '../../program/usage-error.js'

/** `deltaverse run`: jobs of a job file. */
export function addRun(program: Command, execute: Execute): Command {
  const command = program
    .command('run')
    .description('run the jobs of a job file, all or those that are named, in the order of their needs')
    .argument('[jobs...]', 'names of jobs (default: all)')
    .option('--file <path>', 'the job file', parseText, 'deltaverse.yaml')
    .option('--plan <file>', 'do exactly what a plan says, and nothing to rows that changed since', parseText)
  command.option('--follow', 'run each job at its times (every, cron), until Ctrl-C', false)
  addRunOutputFlags(command)
  return command.action(async (jobs: readonly string[], flags) => {
    await execute(outputOf(flags), async () => {
      if (flags.plan !== undefined) {
        if (jobs.length > 0 || flags.follow)
          throw new UsageError('--plan is run by itself, without names of jobs and --follow')
        const { runPlanned } = await import('./run-planned.js')
        return (context) => runPlanned(flags.plan, context)
      }
      const { runJobs } = await import('./run-jobs.js')
      return (context) => runJobs({ file: flags.file, jobs, follow: flags.follow }, context)
    })
  })
}
