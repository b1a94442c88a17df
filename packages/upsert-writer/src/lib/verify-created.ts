import { isResponseError } from '@deltaverse/contract'
import { formatRowPath } from '@deltaverse/protocol'
import type { PendingRow } from './pending-row.js'
import type { RunContext } from './run-context.js'

/**
 * Whether a create that was told "exists already" met its own row: then an earlier answer got lost. A GUID of our own can
 * only be ours; one that the caller gave counts only after an answer really got lost.
 */
export async function verifyCreated(context: RunContext, row: PendingRow): Promise<boolean> {
  if (!row.ownId && !row.uncertain) return false
  const { entitySetName, primaryIdColumn } = context.plan.table
  try {
    await context.read(`${formatRowPath(entitySetName, row.id!)}?$select=${primaryIdColumn}`)
    return true
  } catch (error) {
    if (isResponseError(error) && error.status === 404) return false
    throw error
  }
}
