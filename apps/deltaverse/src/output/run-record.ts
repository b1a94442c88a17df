import type { RunListener } from '../events/event-hub.js'

/** A moment of a run: seconds since it began, and rows up to then. */
interface Sample {
  readonly seconds: number
  readonly rows: number
}

/** A time in which requests waited. */
export interface RecordedWait {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** What a run leaves for its page, in bounded memory. */
export interface RunRecord {
  readonly listen: RunListener
  /** Ends it. */
  finish(): RecordedRun
}

export interface RecordedRun {
  readonly command: string
  readonly began: Date
  readonly seconds: number
  /** Rows over time, by table. */
  readonly rows: ReadonlyMap<string, readonly Sample[]>
  readonly waits: readonly RecordedWait[]
  /** How often requests were sent again, by why. */
  readonly retries: ReadonlyMap<string, number>
  /** Rows that were not written, by why. */
  readonly deadLetters: ReadonlyMap<string, number>
}

/** More points than a plot has pixels show nothing more. */
const mostSamples = 400
const mostWaits = 500
/** Reasons that quote values are as many as there are rows. */
const mostReasons = 30
const otherReasons = 'other reasons'

export function createRunRecord(now: () => number): RunRecord {
  const beganAtMs = now()
  let command = ''
  const rows = new Map<string, { samples: Sample[]; everyMs: number; rows: number; atMs: number }>()
  const waits: RecordedWait[] = []
  const gates = new Map<string, { readonly from: number; readonly reason: string }>()
  const retries = new Map<string, number>()
  const deadLetters = new Map<string, number>()
  const secondsNow = (): number => (now() - beganAtMs) / 1000

  function note(table: string, add: (before: number) => number): void {
    const line = rows.get(table) ?? { samples: [], everyMs: 50, rows: 0, atMs: Number.NEGATIVE_INFINITY }
    rows.set(table, line)
    line.rows = add(line.rows)
    if (now() - line.atMs < line.everyMs) return
    line.atMs = now()
    line.samples.push({ seconds: secondsNow(), rows: line.rows })
    if (line.samples.length <= mostSamples) return
    line.samples = line.samples.filter((_, at) => at % 2 === 0)
    line.everyMs *= 2
  }
  function closeGate(name: string): void {
    const gate = gates.get(name)
    gates.delete(name)
    if (gate !== undefined && waits.length < mostWaits) waits.push({ ...gate, to: secondsNow() })
  }

  return {
    listen(event) {
      switch (event.kind) {
        case 'run-began':
          command = event.command
          break
        case 'table-began':
          note(event.table, (before) => before)
          break
        case 'changes':
          note(event.table, (before) => before + event.upserted + event.deleted)
          break
        case 'rows-settled':
          note(event.table, () => event.rows)
          break
        case 'gate-closed':
          if (!gates.has(event.name)) gates.set(event.name, { from: secondsNow(), reason: event.reason })
          break
        case 'gate-opened':
          closeGate(event.name)
          break
        case 'retry':
        case 'page-retry':
          countUp(retries, event.error.code)
          break
        case 'row-failed':
          countUp(deadLetters, withoutValues(event.message))
          break
      }
    },
    finish() {
      for (const name of [...gates.keys()]) closeGate(name)
      const seconds = secondsNow()
      const lines = [...rows].map(
        ([table, line]) => [table, [...line.samples, { seconds, rows: line.rows }]] as const,
      )
      return {
        command,
        began: new Date(beganAtMs),
        seconds,
        rows: new Map(lines),
        waits,
        retries,
        deadLetters,
      }
    },
  }
}

/** What an error quotes differs from row to row, though the reason is the same. */
function withoutValues(message: string): string {
  return message
    .replace(/"[^"]*"|(?<![\p{L}\d])'[^']*'/gu, '…')
    .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '…')
}

function countUp(counts: Map<string, number>, reason: string): void {
  const key = counts.has(reason) || counts.size < mostReasons ? reason : otherReasons
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
