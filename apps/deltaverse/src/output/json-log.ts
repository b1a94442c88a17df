import { type Level, pino } from 'pino'
import type { RunListener } from '../events/event-hub.js'
import { oneLine } from '../program/one-line.js'

/** A line of JSON on stderr for whatever people read, with its time, its level and the event. */
export function createJsonLog(trace: boolean): RunListener {
  const log = pino(
    {
      level: trace ? 'trace' : 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // The stream of the process, so that a full disk or a reader who left is dealt with in one place.
    process.stderr,
  )
  return (event, words) => {
    if (words === undefined) return
    const level: Level = words.level
    if (event.kind === 'said') log[level](oneLine(words.text))
    else log[level]({ event }, oneLine(words.text))
  }
}
