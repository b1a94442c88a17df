import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { isPull } from '../../job-file/job-file.js'
import type { OpenedJobFile } from '../../job-file/read-job-file.js'
import { toPullSettings, toPushSettings } from '../../job-file/to-settings.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'
import type { TableOutcome } from '../../report/table-outcome.js'

/** How a job went. */
export interface JobReport {
  readonly job: string
  readonly ok: boolean
  readonly exitCode: number
  readonly tables: readonly TableOutcome[]
  readonly error?: { readonly code: string; readonly message: string }
}

export type JobWork = (context: CommandContext) => Promise<CommandResult>

/** Everything that can be wrong in the file is told before the first job begins. */
export async function prepareJob(file: OpenedJobFile, name: string): Promise<JobWork> {
  const job = file.content.jobs[name]
  if (job === undefined) throw new UsageError(`${file.path}: there is no job ${name}`)
  if (isPull(job)) {
    const settings = await toPullSettings(file, name, job)
    return async (context) => (await import('../pull/run-pull.js')).runPull(settings, context)
  }
  const settings = toPushSettings(file, name, job)
  return async (context) => (await import('../push/run-push.js')).runPush(settings, context)
}

/** Runs a job to its end, and says that it began and ended. */
export async function runJob(
  job: string,
  work: JobWork,
  context: CommandContext,
): Promise<{ readonly report: JobReport; readonly text: string }> {
  context.tell({ kind: 'job-began', job }, { level: 'info', text: `${job}:` })
  const ended = await outcomeOf(job, work, context)
  const { ok, exitCode, error } = ended.report
  context.tell({ kind: 'job-ended', job, ok, exitCode, ...(error && { error }) })
  return ended
}

async function outcomeOf(
  job: string,
  work: JobWork,
  context: CommandContext,
): Promise<{ readonly report: JobReport; readonly text: string }> {
  try {
    const { report, text } = await work(context)
    const { ok, exitCode, tables = [], error } = report
    return {
      report: { job, ok, exitCode, tables: tables as readonly TableOutcome[], ...(error && { error }) },
      text,
    }
  } catch (error) {
    if (context.signal.aborted) return { report: notRun(job, 'stopped'), text: '' }
    const exitCode = error instanceof UsageError ? exitCodes.wrongArguments : exitCodes.failed
    return { report: { job, ok: false, exitCode, tables: [], error: describeError(error) }, text: '' }
  }
}

/** A job that had no turn. */
export function notRun(job: string, message: string): JobReport {
  return { job, ok: false, exitCode: exitCodes.failed, tables: [], error: { code: 'not-run', message } }
}

/** The jobs of a run, and how it ended. */
export function summarizeJobs(jobs: readonly JobReport[]): CommandResult['report'] {
  const failed = jobs.filter(({ ok }) => !ok)
  const [only] = failed
  const exitCode =
    failed.length === 0
      ? exitCodes.done
      : failed.length < jobs.length
        ? exitCodes.partlyFailed
        : jobs.length === 1 && only !== undefined
          ? only.exitCode
          : exitCodes.failed
  return { ok: failed.length === 0, exitCode, jobs }
}

/** A line for a job that failed as a whole. */
export function failureOf({ job, error }: JobReport): string[] {
  return error === undefined ? [] : [`${job} failed: ${error.message}`]
}
