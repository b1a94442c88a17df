import { basename, join } from 'node:path'
import { systemClock } from '@deltaverse/core'
import type { CommandContext, CommandResult } from '../../command-line/command-context.js'
import type { JobEntry } from '../../job-file/job-file.js'
import { jobFileProblem } from '../../job-file/job-file-problem.js'
import type { OpenedJobFile } from '../../job-file/read-job-file.js'
import { describeError } from '../../program/describe-error.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatWait } from '../../program/format-quantity.js'
import { UsageError } from '../../program/usage-error.js'
import { isHeld } from '../../report/table-outcome.js'
import { type JobTimes, nextTime, parseEvery } from '../../schedule/job-times.js'
import { runSchedule, type ScheduledJob } from '../../schedule/run-schedule.js'
import { openScheduleState, type ScheduleState } from '../../schedule/schedule-state.js'
import { failureOf, type JobReport, type JobWork, runJob, summarizeJobs } from './job-work.js'

/**
 * Runs jobs at the times that they say, until somebody stops it. When each ran last is kept beside the job file.
 *
 * @throws UsageError for times that are none, and where no job says any
 */
export async function followJobs(
  file: OpenedJobFile,
  works: ReadonlyMap<string, JobWork>,
  context: CommandContext,
): Promise<CommandResult> {
  const jobs = [...works.keys()].map((name) => scheduledJob(file, name))
  if (!jobs.some(({ times }) => times.everyMs !== undefined || times.cron !== undefined)) {
    throw new UsageError(`${file.path}: --follow needs a job with every: 15m or cron: "0 2 * * *"`)
  }
  const path = join(file.folder, '.deltaverse', `${basename(file.path)}.schedule.json`)
  const lost = new AbortController()
  const state = await openScheduleState(path, file.path, (error) => lost.abort(error)).catch(
    (error: unknown) => error,
  )
  if (!isState(state)) return failedResult(state)
  const { tell } = context
  const signal = AbortSignal.any([context.signal, lost.signal])
  const reports = new Map<string, JobReport & { readonly runs: number }>()
  try {
    await runSchedule({
      jobs,
      state,
      atOnce: file.content.limits?.jobs ?? 1,
      clock: systemClock,
      signal,
      async run(name) {
        const { report } = await runJob(name, works.get(name) as JobWork, { ...context, signal })
        // Half a run says nothing of the job.
        if (signal.aborted) return undefined
        reports.set(name, { ...report, runs: (reports.get(name)?.runs ?? 0) + 1 })
        for (const text of linesOf(report)) context.terminal.say(text)
        return report.ok
      },
      onSkipped: (name, needed) =>
        context.terminal.warn(`${name}: left out, as ${needed} has to be done before it, and was not`),
      onDue(name, untilMs) {
        const delayMs = untilMs - systemClock.now()
        const text = `${name}: runs again ${formatWait({ delayMs, untilMs })}`
        tell({ kind: 'job-due', job: name, untilMs }, { level: 'info', text })
      },
    })
  } finally {
    await state.close()
  }
  if (lost.signal.aborted) return failedResult(lost.signal.reason)
  const last = [...reports.values()]
  return { report: summarizeJobs(last), text: last.map(lineOf).join('\n'), endsOnSignal: true }
}

function failedResult(error: unknown): CommandResult {
  const exitCode = isHeld(error) ? exitCodes.held : exitCodes.failed
  return { report: { ok: false, exitCode, error: describeError(error), jobs: [] }, text: '' }
}

function isState(value: unknown): value is ScheduleState {
  return typeof value === 'object' && value !== null && 'note' in value
}

function linesOf(report: JobReport): readonly string[] {
  return report.ok ? [`${report.job}: done`] : [...failureOf(report), ...tableFailures(report)]
}

function tableFailures({ tables }: JobReport): readonly string[] {
  return tables.flatMap(({ table, error, failed }) => [
    ...(error === undefined ? [] : [`${table} failed: ${error.message}`]),
    ...(failed === 0 ? [] : [`${table}: ${failed} rows were not written`]),
  ])
}

function lineOf({ job, ok, runs }: JobReport & { readonly runs: number }): string {
  return `${job}: ${runs === 1 ? 'run once' : `run ${runs} times`}, the last time ${ok ? 'well' : 'not well'}`
}

/** @throws UsageError with the place of a time that is none */
function scheduledJob(file: OpenedJobFile, name: string): ScheduledJob {
  const job = file.content.jobs[name] as JobEntry
  const times: JobTimes = {
    everyMs: job.every === undefined ? undefined : parseEvery(job.every),
    cron: typeof job.cron === 'string' ? { at: job.cron } : job.cron,
  }
  try {
    nextTime(times, systemClock.now())
  } catch (error) {
    const place = file.placeOf(['jobs', name, 'cron'])
    throw jobFileProblem(file.path, place, (error as Error).message)
  }
  return { name, times, after: job.after ?? [] }
}
