import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DataverseError } from '@deltaverse/core'
import { acquireFileLock, replaceFile } from '@deltaverse/durable-files'

/** How the last run of a job went that came to its end. */
export interface LastRun {
  /** When it began, in milliseconds since 1970. */
  readonly beganAtMs: number
  readonly ok: boolean
}

/** Remembers over restarts when each job ran last. One process at a time has it. */
export interface ScheduleState {
  last(job: string): LastRun | undefined
  note(job: string, run: LastRun): Promise<void>
  close(): Promise<void>
}

/**
 * @param onLost called when somebody else has it, as this process stood still for long
 * @throws DataverseError `conflict` when another process follows the same job file; `sink-failed` when the file cannot be written
 */
export async function openScheduleState(
  path: string,
  jobFile: string,
  onLost: (error: DataverseError) => void,
): Promise<ScheduleState> {
  await mkdir(dirname(path), { recursive: true })
  const what = `the schedule of ${jobFile}`
  const lock = await acquireFileLock(`${path}.lock`, what, {
    onLost: () =>
      onLost(new DataverseError(`${what} was taken over by another process`, { code: 'conflict' })),
  })
  const runs = new Map<string, LastRun>(Object.entries(await readRuns(path)))
  return {
    last: (job) => runs.get(job),
    async note(job, run) {
      runs.set(job, run)
      const jobs = Object.fromEntries(
        [...runs].map(([name, { beganAtMs, ok }]) => [
          name,
          { began: new Date(beganAtMs).toISOString(), ok },
        ]),
      )
      await replaceFile(path, `${JSON.stringify({ version: 1, jobs }, undefined, 2)}\n`)
    },
    close: () => lock.release(),
  }
}

/** What cannot be read is as if nothing had run: every job then runs once too often, which does no harm. */
async function readRuns(path: string): Promise<Readonly<Record<string, LastRun>>> {
  try {
    const { jobs } = JSON.parse(await readFile(path, 'utf8')) as {
      readonly jobs: Readonly<Record<string, { readonly began: string; readonly ok: boolean }>>
    }
    const known = Object.entries(jobs).map(([name, { began, ok }]) => [
      name,
      { beganAtMs: Date.parse(began), ok },
    ])
    return Object.fromEntries(known.filter(([, run]) => !Number.isNaN((run as LastRun).beganAtMs)))
  } catch {
    return {}
  }
}
