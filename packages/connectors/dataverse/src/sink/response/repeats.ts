import type { DataverseError } from '@deltaverse/core'
import { findHidden } from '../lookup/locate-rows.js'
import type { RunContext } from '../plan/run-context.js'
import { type Chunk, newChunk } from '../request/channels.js'
import type { PendingRow } from '../row/pending-row.js'
import { failuresOf } from '../row/row-facts.js'
import type { Verdict } from './classify-answer.js'
import type { RowAnswer } from './row-answer.js'

/** The rows of a chunk that have to be sent again. */
export interface Repeats {
  add(row: PendingRow, answer: RowAnswer, verdict: Extract<Verdict, { kind: 'again' }>): void
  /** Waits as long as the answers ask for, and hands out what to send then. */
  begin(context: RunContext): Promise<readonly Chunk[]>
}

const none: readonly Chunk[] = []

export function createRepeats(chunk: Chunk): Repeats {
  const again: PendingRow[] = []
  const alone: PendingRow[] = []
  const anew: PendingRow[] = []
  const errors: DataverseError[] = []
  let backOff = 0
  let pauseMs = 0

  async function wait(context: RunContext): Promise<void> {
    if (pauseMs > 0) context.pause(pauseMs)
    const [error] = errors
    if (error !== undefined) await context.tell({ kind: 'retry', rows: errors.length, error })
    if (backOff > 0) await context.backOff(backOff)
  }

  return {
    add(row, answer, { wait, anew: isAnew }) {
      if (isAnew === true) anew.push(row)
      else if (answer.kind === 'not-run' && answer.alone === true) alone.push(row)
      else again.push(row)
      if (answer.kind === 'error') errors.push(answer.error)
      if (wait === 'back-off') {
        const { passing, ambiguous, throttled } = failuresOf(row)
        backOff = Math.max(backOff, passing + ambiguous + throttled)
      } else if (wait !== 'none') pauseMs = Math.max(pauseMs, wait.retryAfterMs)
    },
    async begin(context) {
      if (again.length + alone.length + anew.length === 0) return none
      await wait(context)
      const hidden = anew.filter(({ unaddressable }) => unaddressable)
      if (hidden.length > 0) await findHidden(context, hidden)
      const chunks = [...alone, ...anew].map((row) => newChunk([row], 'single'))
      return again.length === 0 ? chunks : [{ ...chunk, rows: again }, ...chunks]
    },
  }
}
