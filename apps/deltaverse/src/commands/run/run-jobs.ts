import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import { isPull } from '../../job-file/job-file.js'
import { type OpenedJobFile, readJobFile } from '../../job-file/read-job-file.js'
import { toPullSettings, toPushSettings } from '../../job-file/to-settings.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { UsageError } from '../../program/usage-error.js'
import type { TableOutcome } from '../../report/table-outcome.js'
import { orderJobs } from './order-jobs.js'

export interface RunJobsSettings {
  readonly file: string
  /** Names of jobs; none means all. */
  readonly jobs: readonly string[]
}

interface JobReport {
  readonly job: string
  readonly ok: boolean
  readonly exitCode: number
  readonly tables: readonly TableOutcome[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** Runs jobs one behind the other. One that fails does not stop those that do not need it. */
export async function runJobs(settings: RunJobsSettings, context: CommandContext): Promise<CommandResult> {
  const file = await readJobFile(settings.file, context.env)
  const names = orderJobs(file, settings.jobs)
  const works = await Promise.all(names.map((name) => prepareJob(file, name)))
  const reports: JobReport[] = []
  const texts: string[] = []
  for (const [at, name] of names.entries()) {
    if (context.signal.aborted) break
    const missing = file.content.jobs[name]?.after?.find((other) =>
      reports.some(({ job, ok }) => job === other && !ok),
    )
    if (missing !== undefined) {
      reports.push(notRun(name, `${missing} has to be done before it, and was not`))
      continue
    }
    context.tell({ kind: 'job-began', job: name }, { level: 'info', text: `${name}:` })
    const { report, text } = await runOne(name, works[at] as JobWork, context)
    const { ok, exitCode, error } = report
    context.tell({ kind: 'job-ended', job: name, ok, exitCode, ...(error && { error }) })
    reports.push(report)
    if (text !== '') texts.push(`${name}\n${text}`)
  }
  return { report: summarize(reports), text: [...texts, ...reports.flatMap(failureOf)].join('\n\n') }
}

type JobWork = (context: CommandContext) => Promise<CommandResult>

/** Everything that can be wrong in the file is told before the first job begins. */
async function prepareJob(file: OpenedJobFile, name: string): Promise<JobWork> {
  const job = file.content.jobs[name]
  if (job === undefined) throw new UsageError(`${file.path}: there is no job ${name}`)
  if (isPull(job)) {
    const settings = await toPullSettings(file, name, job)
    return async (context) => (await import('../pull/run-pull.js')).runPull(settings, context)
  }
  const settings = toPushSettings(file, name, job)
  return async (context) => (await import('../push/run-push.js')).runPush(settings, context)
}

async function runOne(
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

function notRun(job: string, message: string): JobReport {
  return { job, ok: false, exitCode: exitCodes.failed, tables: [], error: { code: 'not-run', message } }
}

function summarize(jobs: readonly JobReport[]): CommandResult['report'] {
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

function failureOf({ job, error }: JobReport): string[] {
  return error === undefined ? [] : [`${job} failed: ${error.message}`]
}
