import { DataverseError } from '@deltaverse/core'
import type { RunContext } from '../plan/run-context.js'
import type { WriteStep } from '../plan/write-step.js'
import { readRepresentation } from '../response/representation.js'
import { isCutShort, type RowAnswer, readDone, toErrorAnswer } from '../response/row-answer.js'
import type { PendingRow } from '../row/pending-row.js'
import { toWireCall } from './wire-call.js'

/** Sends one row in a request of its own. */
export async function sendSingle(context: RunContext, row: PendingRow, step: WriteStep): Promise<RowAnswer> {
  const call = toWireCall(context.plan, row, step)
  try {
    const response = await context.write(
      { method: call.method, path: call.path, headers: call.headers, body: call.body },
      1,
    )
    const text = response.status === 204 ? undefined : await response.text()
    if (text !== undefined && isCutShort(text)) throw cutShort(response.url)
    return readDone(call.status, {
      status: response.status,
      entityId: response.headers['odata-entityid'],
      ...(text === undefined ? {} : readRepresentation(context.plan, text)),
    })
  } catch (error) {
    context.signal.throwIfAborted()
    return toErrorAnswer(error)
  }
}

function cutShort(url: string): DataverseError {
  return new DataverseError(`The answer to ${url} is not the row that it should be.`, {
    code: 'bad-response',
  })
}
