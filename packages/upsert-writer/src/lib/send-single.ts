import type { PendingRow } from './pending-row.js'
import { type RowAnswer, readDone, toErrorAnswer } from './row-answer.js'
import type { RunContext } from './run-context.js'
import { toWireCall, type WriteStep } from './wire-call.js'

/** Sends one row in a request of its own. */
export async function sendSingle(context: RunContext, row: PendingRow, step: WriteStep): Promise<RowAnswer> {
  const call = toWireCall(context.plan, row, step)
  try {
    const response = await context.write(
      { method: call.method, path: call.path, headers: call.headers, body: call.body },
      1,
    )
    const body = response.status === 204 ? undefined : await response.json()
    return readDone(call.status, {
      status: response.status,
      entityId: response.headers['odata-entityid'],
      id: idIn(body, context.plan.table.primaryIdColumn),
    })
  } catch (error) {
    context.signal.throwIfAborted()
    return toErrorAnswer(error)
  }
}

/** The primary key of a representation. */
export function idIn(body: unknown, primaryIdColumn: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const id = (body as Record<string, unknown>)[primaryIdColumn]
  return typeof id === 'string' ? id : undefined
}
