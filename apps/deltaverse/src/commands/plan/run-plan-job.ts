import { nearestName } from '@deltaverse/options'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { isPull } from '../../job-file/job-file.js'
import { readJobFile } from '../../job-file/read-job-file.js'
import { toPullSettings, toPushSettings } from '../../job-file/to-settings.js'
import { UsageError } from '../../program/usage-error.js'

export interface PlanJobSettings {
  readonly file: string
  /** Of the job. */
  readonly name: string
  readonly output: string | undefined
  readonly html: string | undefined
}

/** Plans one job of a job file. @throws UsageError for a name that is no job */
export async function runPlanJob(
  { file: path, name, output, html }: PlanJobSettings,
  context: CommandContext,
): Promise<CommandResult> {
  const file = await readJobFile(path, context.env)
  const { jobs } = file.content
  const job = jobs[name]
  if (job === undefined) {
    const known = Object.keys(jobs)
    const nearest = nearestName(name, known)
    const remedy = nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`
    throw new UsageError(`${path}: there is no job ${name}; ${remedy}`)
  }
  if (isPull(job)) {
    const { runPlanPull } = await import('./run-plan-pull.js')
    return await runPlanPull({ pull: await toPullSettings(file, name, job), output, html }, context)
  }
  const { runPlan } = await import('./run-plan.js')
  return await runPlan({ push: toPushSettings(file, name, job), output, html }, context)
}
