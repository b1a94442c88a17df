import { type DataverseError, isResponseError } from '@deltaverse/core'
import { serviceCode } from '@deltaverse/protocol'
import { findCreated } from '../lookup/find-created.js'
import { findHidden } from '../lookup/locate-rows.js'
import { giveUpBulk } from '../plan/bulk-support.js'
import type { RunContext } from '../plan/run-context.js'
import type { WriteStep } from '../plan/write-step.js'
import { type Chunk, newChunk, slicesOf } from '../request/channels.js'
import { failed, type TakeOutcome } from '../result/row-outcome.js'
import { failuresOf, idOf, isUncertain } from '../row/row-facts.js'
import { beUncertain, takeFailures } from '../row/row-steps.js'
import { classifyAnswer } from './classify-answer.js'
import { planRetry } from './retry-plan.js'
import type { RowAnswer } from './row-answer.js'

/** How often a slot's requests are halved: enough to find one bad row. What is left then goes by a surer way. */
export function splitBudget(rows: number): number {
  return Math.ceil(Math.log2(Math.max(2, rows))) + 2
}

/**
 * Decides what follows when a request failed as a whole: the same again when the failure passes by itself; halves when one
 * of the rows may be to blame; and when halving gets too dear, a batch, whose answer names each row.
 */
export async function resolveRequestFailure(
  context: RunContext,
  chunk: Chunk,
  step: WriteStep,
  answer: Extract<RowAnswer, { kind: 'error' }>,
  budget: { left: number },
  take: TakeOutcome,
): Promise<Chunk[]> {
  const { error, lost } = answer
  if (lost) for (const row of chunk.rows) beUncertain(row)
  if (chunk.channel !== 'batch' && chunk.channel !== 'single' && isUnsupported(error)) {
    giveUpBulk(context.plan.bulk, chunk.channel)
    await context.tell({ kind: 'bulk-given-up', message: chunk.channel, error })
    return [newChunk(chunk.rows, 'batch')]
  }
  const repeated = await repeatLater(context, chunk, error, take)
  if (repeated !== undefined) return repeated
  const code = isResponseError(error) ? error.serviceCode : undefined
  const metOwn =
    code === serviceCode.DuplicateRecord ||
    (code === serviceCode.DuplicateRecordEntityKey && chunk.rows.some(isUncertain))
  if (chunk.channel === 'CreateMultiple' && metOwn) {
    const rest = await takeFound(context, chunk, take)
    if (rest.length < chunk.rows.length) return rest.length === 0 ? [] : [{ ...chunk, rows: rest }]
  }
  // Another upsert may have made one of the rows in the meantime: then it is found now.
  if (
    chunk.channel === 'UpsertMultiple' &&
    !chunk.raced &&
    (code === serviceCode.DuplicateRecord || code === serviceCode.DuplicateRecordEntityKey)
  ) {
    return [{ ...chunk, raced: true }]
  }
  return splitOrFail(context, chunk, step, answer, budget, take)
}

/** The same request again, or smaller ones after a time-out; `undefined` when waiting helps nothing. */
async function repeatLater(
  context: RunContext,
  chunk: Chunk,
  error: DataverseError,
  take: TakeOutcome,
): Promise<Chunk[] | undefined> {
  let { failures } = chunk
  const plan = planRetry(error, context.plan.options.maxAttempts, (kind) => {
    failures = { ...failures, [kind]: failures[kind] + 1 }
    return failures[kind]
  })
  if (plan === undefined) return undefined
  // What is ambiguous may be the fault of one row after all.
  if (plan.kind === 'give-up') return plan.failed === 'ambiguous' ? undefined : failAll(chunk, error, take)
  await context.tell({ kind: 'retry', rows: chunk.rows.length, error })
  await context.waitFor(plan.wait, failures[plan.failed])
  // What took too long takes half as long with half as much.
  return tookTooLong(error) && chunk.rows.length > 1
    ? halves({ ...chunk, failures })
    : [{ ...chunk, failures }]
}

function failAll(chunk: Chunk, error: DataverseError, take: TakeOutcome): Chunk[] {
  for (const row of chunk.rows) take(row, failed(row, error))
  return []
}

function tookTooLong(error: DataverseError): boolean {
  if (!isResponseError(error)) return false
  if (error.status === 504 || error.serviceCode === serviceCode.SqlTimeout) return true
  return error.serviceCode === serviceCode.GenericSqlError && /Sql Number: -2\b/i.test(error.body ?? '')
}

function isUnsupported(error: DataverseError): boolean {
  if (!isResponseError(error)) return false
  if (error.serviceCode === serviceCode.MessageNotSupported || error.status === 501) return true
  return (
    (error.serviceCode === serviceCode.CrmHttpError && error.status === 404) ||
    /not yet been implemented/i.test(error.body ?? '')
  )
}

async function takeFound(context: RunContext, chunk: Chunk, take: TakeOutcome): Promise<Chunk['rows']> {
  const found = await findCreated(context, chunk.rows)
  for (const row of found) take(row, { status: 'created', id: idOf(row) })
  return chunk.rows.filter((row) => !found.has(row))
}

async function splitOrFail(
  context: RunContext,
  chunk: Chunk,
  step: WriteStep,
  answer: Extract<RowAnswer, { kind: 'error' }>,
  budget: { left: number },
  take: TakeOutcome,
): Promise<Chunk[]> {
  const [row, ...others] = chunk.rows
  if (row === undefined) return []
  if (others.length > 0) {
    const limit = partLimit(answer.error)
    if (chunk.channel === 'batch' && limit !== undefined && limit < chunk.rows.length)
      return slices(chunk, limit)
    budget.left -= 1
    if (budget.left >= 0) return halves(chunk)
    return chunk.channel === 'batch'
      ? chunk.rows.map((each) => newChunk([each], 'single'))
      : [newChunk(chunk.rows, 'batch')]
  }
  // The failures of a chunk that shrank to one row were that row's own.
  takeFailures(row, 'ambiguous', chunk.failures.ambiguous)
  const verdict = classifyAnswer(context.plan, row, step, answer)
  if (verdict.kind === 'again') {
    await context.tell({ kind: 'retry', rows: 1, error: answer.error })
    if (verdict.wait === 'back-off')
      await context.backOff(failuresOf(row).ambiguous + failuresOf(row).passing)
    // A row that has to be addressed anew may need another message.
    if (verdict.anew !== true) return [chunk]
    if (row.unaddressable) await findHidden(context, chunk.rows)
    return [newChunk(chunk.rows, 'single')]
  }
  if (verdict.kind === 'done') take(row, { ...verdict, id: verdict.id ?? idOf(row) })
  else take(row, failed(row, verdict.error))
  return []
}

/** The parts that a server takes, where it says so; less than 1,000 was seen in the field. */
function partLimit(error: DataverseError): number | undefined {
  const text = isResponseError(error) ? (error.body ?? '') : ''
  const limit = /maximum number of '(\d+)'/i.exec(text)?.[1]
  return limit === undefined || Number(limit) < 1 ? undefined : Number(limit)
}

function slices(chunk: Chunk, size: number): Chunk[] {
  return slicesOf(chunk.rows, size).map((rows) => ({ ...chunk, rows }))
}

function halves(chunk: Chunk): Chunk[] {
  return slices(chunk, Math.ceil(chunk.rows.length / 2))
}
