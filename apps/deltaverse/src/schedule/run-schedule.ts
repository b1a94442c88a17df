import { abortableDelay, type Clock } from '@deltaverse/core'
import { type JobTimes, nextTime } from './job-times.js'
import type { ScheduleState } from './schedule-state.js'

/** A job, and when it is run. Without times of its own it runs behind each of those that it needs, or once. */
export interface ScheduledJob {
  readonly name: string
  readonly times: JobTimes
  /** Jobs that have to be done before it. */
  readonly after: readonly string[]
}

export interface ScheduleTerms {
  /** Each behind those that it needs. */
  readonly jobs: readonly ScheduledJob[]
  readonly state: Pick<ScheduleState, 'last' | 'note'>
  /** Jobs at a time. */
  readonly atOnce: number
  /** Runs a job; resolves with whether it went well, `undefined` where it was stopped. */
  readonly run: (name: string) => Promise<boolean | undefined>
  /** Told that a job is left out this time, as one that it needs was not done. */
  readonly onSkipped: (name: string, needed: string) => void
  /** Told when a job is run next. */
  readonly onDue: (name: string, atMs: number) => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Runs jobs at their times until the signal aborts, or no time is left. A job never overlaps with itself, nor with one that it needs; times
 * that pass meanwhile, or while nobody followed the file, are made up for by one run.
 *
 * @throws whatever `run` or the state throws
 */
export async function runSchedule(terms: ScheduleTerms): Promise<void> {
  const { jobs, state, atOnce, run, onSkipped, onDue, clock, signal } = terms
  const dueAtMs = new Map<string, number>()
  /** The turn in which each was run last. */
  const turnOf = new Map<string, number>()
  let turns = 0
  const endedAtMs = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  for (const job of jobs) plan(job, firstTime(job, state, clock.now()))

  function plan({ name }: ScheduledJob, atMs: number | undefined): void {
    if (atMs === undefined) dueAtMs.delete(name)
    else {
      dueAtMs.set(name, atMs)
      if (atMs > clock.now()) onDue(name, atMs)
    }
  }
  const dueOf = (name: string): number => dueAtMs.get(name) ?? Number.POSITIVE_INFINITY
  const isDue = (name: string): boolean => dueOf(name) <= clock.now()
  /** Whether one of those, near or far, is still to be done before something that has been due since then. */
  const isPending = (names: readonly string[], sinceMs: number): boolean =>
    names.some(
      (name) =>
        running.has(name) ||
        // One that takes longer than its times are apart must not keep the others waiting for ever.
        (isDue(name) && (endedAtMs.get(name) ?? 0) < sinceMs) ||
        isPending(neededBy(name), sinceMs),
    )
  const neededBy = (name: string): readonly string[] => jobs.find((job) => job.name === name)?.after ?? []
  const isReady = ({ name, after }: ScheduledJob): boolean =>
    isDue(name) &&
    !running.has(name) &&
    !isPending(after, dueOf(name)) &&
    ![...running.keys()].some((other) => neededBy(other).includes(name))
  /** Of those that are ready the one whose last run is longest ago. */
  const nextReady = (): ScheduledJob | undefined =>
    jobs
      .filter(isReady)
      .reduce<ScheduledJob | undefined>(
        (first, job) => (first !== undefined && lastTurn(first) <= lastTurn(job) ? first : job),
        undefined,
      )
  const lastTurn = ({ name }: ScheduledJob): number => turnOf.get(name) ?? 0

  function begin(job: ScheduledJob): void {
    const { name, after } = job
    const beganAtMs = clock.now()
    const needed = after.find((other) => state.last(other)?.ok !== true)
    turns += 1
    turnOf.set(name, turns)
    plan(job, nextTime(job.times, beganAtMs))
    if (needed !== undefined) {
      onSkipped(name, needed)
      return
    }
    const work = async (): Promise<void> => {
      const ok = await run(name)
      const ended = clock.now()
      endedAtMs.set(name, ended)
      if (ok === undefined) return
      await state.note(name, { beganAtMs, ok })
      if (!ok) return
      for (const other of jobs) {
        if (other.after.includes(name) && !hasTimes(other)) dueAtMs.set(other.name, ended)
      }
    }
    running.set(
      name,
      work().finally(() => running.delete(name)),
    )
  }

  try {
    while (!signal.aborted) {
      for (let job = nextReady(); job !== undefined && running.size < atOnce; job = nextReady()) begin(job)
      const next = Math.min(...[...dueAtMs].filter(([name]) => !running.has(name)).map(([, atMs]) => atMs))
      if (running.size === 0 && next === Number.POSITIVE_INFINITY) return
      const isFull = running.size >= atOnce || next === Number.POSITIVE_INFINITY || next <= clock.now()
      const waiting = new AbortController()
      const ended = AbortSignal.any([signal, waiting.signal])
      await Promise.race([
        ...running.values(),
        ...(isFull && running.size > 0 ? [] : [waitUntil(next, clock, ended)]),
      ]).finally(() => waiting.abort())
    }
  } finally {
    await Promise.all(running.values())
  }
}

/** The end of a wait is not when it was asked to end: a machine sleeps, and a clock is set. */
const longestWaitMs = 60_000

async function waitUntil(atMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const ms = Math.min(longestWaitMs, Math.max(0, atMs - clock.now()))
  try {
    await abortableDelay(clock, ms, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function hasTimes({ times }: ScheduledJob): boolean {
  return times.everyMs !== undefined || times.cron !== undefined
}

function firstTime(job: ScheduledJob, state: ScheduleTerms['state'], nowMs: number): number | undefined {
  const last = state.last(job.name)
  // Behind the others it is run when they are.
  if (!hasTimes(job)) return job.after.length === 0 ? nowMs : undefined
  if (last !== undefined) return nextTime(job.times, last.beganAtMs)
  return job.times.everyMs === undefined ? nextTime(job.times, nowMs) : nowMs
}
