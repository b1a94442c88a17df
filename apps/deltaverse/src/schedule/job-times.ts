import { Cron } from 'croner'

/** When a job is run; both may be given. */
export interface JobTimes {
  readonly everyMs?: number | undefined
  readonly cron?: { readonly at: string; readonly timeZone?: string | undefined } | undefined
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `15m` in milliseconds, as the schema of job files has checked it. */
export function parseEvery(text: string): number {
  const unit = text.slice(-1) as keyof typeof unitMs
  return Number(text.slice(0, -1)) * unitMs[unit]
}

/**
 * The first time behind another one, in milliseconds since 1970; `undefined` when there is none.
 *
 * @throws RangeError for what cron does not know, and for a time zone that is none
 */
export function nextTime({ everyMs, cron }: JobTimes, afterMs: number): number | undefined {
  const times = [
    ...(everyMs === undefined ? [] : [afterMs + everyMs]),
    ...(cron === undefined ? [] : nextCron(cron, afterMs)),
  ]
  return times.length === 0 ? undefined : Math.min(...times)
}

function nextCron({ at, timeZone }: NonNullable<JobTimes['cron']>, afterMs: number): number[] {
  try {
    const cron = new Cron(at, { paused: true, ...(timeZone !== undefined && { timezone: timeZone }) })
    const next = cron.nextRun(new Date(afterMs))
    return next === null ? [] : [next.getTime()]
  } catch (error) {
    const why = (error as Error).message.split('\n')[0] ?? ''
    const where = timeZone === undefined ? '' : ` in ${timeZone}`
    throw new RangeError(`cron does not know "${at}"${where}: ${why}`)
  }
}
