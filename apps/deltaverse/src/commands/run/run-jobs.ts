import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { createSharedGovernors } from '../../environment/shared-governors.js'
import { readJobFile } from '../../job-file/read-job-file.js'
import { followJobs } from './follow-jobs.js'
import {
  failureOf,
  type JobReport,
  type JobWork,
  notRun,
  prepareJob,
  runJob,
  summarizeJobs,
} from './job-work.js'
import { orderJobs } from './order-jobs.js'

export interface RunJobsSettings {
  readonly file: string
  /** Names of jobs; none means all. */
  readonly jobs: readonly string[]
  /** Runs them at their times, until somebody stops it. */
  readonly follow: boolean
}

/** Runs jobs one behind the other. One that fails does not stop those that do not need it. */
export async function runJobs(settings: RunJobsSettings, given: CommandContext): Promise<CommandResult> {
  const file = await readJobFile(settings.file, given.env)
  const context = { ...given, governors: createSharedGovernors(file.content.limits) }
  const names = orderJobs(file, settings.jobs)
  const works = new Map(
    await Promise.all(names.map(async (name) => [name, await prepareJob(file, name)] as const)),
  )
  if (settings.follow) return await followJobs(file, works, context)
  const reports: JobReport[] = []
  const texts: string[] = []
  for (const name of names) {
    if (context.signal.aborted) break
    const missing = file.content.jobs[name]?.after?.find((other) =>
      reports.some(({ job, ok }) => job === other && !ok),
    )
    if (missing !== undefined) {
      reports.push(notRun(name, `${missing} has to be done before it, and was not`))
      continue
    }
    const { report, text } = await runJob(name, works.get(name) as JobWork, context)
    reports.push(report)
    if (text !== '') texts.push(`${name}\n${text}`)
  }
  return { report: summarizeJobs(reports), text: [...texts, ...reports.flatMap(failureOf)].join('\n\n') }
}
