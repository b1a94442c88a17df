import { DataverseError } from '@deltaverse/core'
import { compareRows } from '../lookup/compare-rows.js'
import { findCreated } from '../lookup/find-created.js'
import type { RunContext } from '../plan/run-context.js'
import type { WriteStep } from '../plan/write-step.js'
import type { Chunk } from '../request/channels.js'
import { type ChunkAnswer, sendBatch } from '../request/send-batch.js'
import { sendBulk } from '../request/send-bulk.js'
import { sendSingle } from '../request/send-single.js'
import { failed, type TakeOutcome } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'
import { idOf } from '../row/row-facts.js'
import { beginAttempt } from '../row/row-steps.js'
import { classifyAnswer } from './classify-answer.js'
import { createRepeats } from './repeats.js'
import { resolveRequestFailure, splitBudget } from './request-failure.js'
import type { RowAnswer } from './row-answer.js'

/** Sends chunks, and again what has to be sent again, until every row has an outcome. */
export async function runStep(
  context: RunContext,
  chunks: readonly Chunk[],
  step: WriteStep,
  take: TakeOutcome,
): Promise<void> {
  const queue = [...chunks]
  const budget = { left: splitBudget(chunks.reduce((sum, { rows }) => sum + rows.length, 0)) }
  for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
    for (const row of chunk.rows) beginAttempt(row)
    const answer = await sendChunk(context, chunk, step)
    const next =
      'kind' in answer
        ? await resolveRequestFailure(context, chunk, step, answer, budget, take)
        : await takeAnswers(context, chunk, step, answer, take)
    queue.unshift(...next)
  }
}

async function sendChunk(context: RunContext, chunk: Chunk, step: WriteStep): Promise<ChunkAnswer> {
  const { rows, channel } = chunk
  switch (channel) {
    case 'single': {
      const answers: RowAnswer[] = []
      for (const row of rows) answers.push(await sendSingle(context, row, step))
      return answers
    }
    case 'batch':
      return sendBatch(context, rows, step, context.plan.options.changesetSize)
    default:
      return sendBulk(context, rows, step, channel)
  }
}

/** Takes what the answer says of each row; returns what has to be sent again. */
async function takeAnswers(
  context: RunContext,
  chunk: Chunk,
  step: WriteStep,
  answers: readonly RowAnswer[],
  take: TakeOutcome,
): Promise<readonly Chunk[]> {
  const repeats = createRepeats(chunk)
  const doubtful: { readonly row: PendingRow; readonly error: DataverseError }[] = []
  // An answer that says nothing of any row must not be asked for for ever.
  const silent = answers.every((answer) => answer.kind === 'not-run' && answer.alone !== true)
  for (const [at, row] of chunk.rows.entries()) {
    const answer = (silent ? undefined : answers[at]) ?? silence
    const verdict = classifyAnswer(context.plan, row, step, answer)
    switch (verdict.kind) {
      case 'done':
        take(
          row,
          verdict.id === undefined && idOf(row) !== undefined ? { ...verdict, id: idOf(row) } : verdict,
        )
        break
      case 'failed':
        take(row, failed(row, verdict.error))
        break
      case 'verify':
        doubtful.push({ row, error: verdict.error })
        break
      case 'again':
        repeats.add(row, answer, verdict)
    }
  }
  if (doubtful.length > 0) await takeOwn(context, doubtful, take)
  return repeats.begin(context)
}

const silence: RowAnswer = {
  kind: 'error',
  error: new DataverseError('The service answered a batch without a word on any of its rows.', {
    code: 'no-response',
    retryable: true,
  }),
  lost: true,
}

/** Tells rows that met what an earlier request of their own did from those that met somebody else's doing. */
async function takeOwn(
  context: RunContext,
  doubtful: readonly { readonly row: PendingRow; readonly error: DataverseError }[],
  take: TakeOutcome,
): Promise<void> {
  const rows = doubtful.map(({ row }) => row)
  const versioned = rows.filter(({ etag }) => etag !== undefined)
  const created = await findCreated(
    context,
    rows.filter(({ etag }) => etag === undefined),
  )
  const compared = await compareRows(context, versioned)
  for (const { row, error } of doubtful) {
    const comparison = compared.get(row)
    if (created.has(row)) take(row, { status: 'created', id: idOf(row) })
    else if (comparison?.kind === 'exists' && comparison.changed.length === 0) {
      take(row, { status: 'updated', id: comparison.id })
    } else take(row, failed(row, error))
  }
}
