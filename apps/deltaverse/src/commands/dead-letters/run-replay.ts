import { nearestName } from '@deltaverse/options'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { isPull } from '../../job-file/job-file.js'
import { readJobFile } from '../../job-file/read-job-file.js'
import { toPushSettings } from '../../job-file/to-settings.js'
import { UsageError } from '../../program/usage-error.js'
import { runPush } from '../push/run-push.js'

export interface ReplaySettings {
  /** Dead letters, or an export of them that was corrected. */
  readonly path: string
  /** The job file and the job that the letters are of. */
  readonly file: string
  readonly job: string
  /** Where rows go that fail again. */
  readonly deadLetters: string
}

/** Pushes dead letters by the job that they are of. @throws UsageError for a job that is none */
export async function runReplay(settings: ReplaySettings, context: CommandContext): Promise<CommandResult> {
  const file = await readJobFile(settings.file, context.env)
  const { jobs } = file.content
  const pushes = Object.keys(jobs).filter((name) => jobs[name] !== undefined && !isPull(jobs[name]))
  const job = jobs[settings.job]
  if (job === undefined || isPull(job)) {
    const nearest = nearestName(settings.job, pushes)
    const remedy = nearest === undefined ? `those are ${pushes.join(', ')}` : `did you mean ${nearest}?`
    throw new UsageError(`${settings.file}: ${settings.job} is no job that pushes; ${remedy}`)
  }
  const push = toPushSettings(file, settings.job, job)
  const { path, deadLetters } = settings
  return await runPush({ ...push, source: { path }, deadLetters }, context)
}
