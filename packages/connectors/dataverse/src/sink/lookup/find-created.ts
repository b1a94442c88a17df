import { asJsonObject, listOf } from '@deltaverse/metadata'
import { formatInCondition } from '@deltaverse/protocol'
import type { RunContext } from '../plan/run-context.js'
import type { PendingRow } from '../row/pending-row.js'
import { isUncertain, locatedOf } from '../row/row-facts.js'

const idsInOneRead = 200

/**
 * Which rows of creates that were told "exists already" are their own: then an earlier answer got lost. A GUID of our own can
 * only be ours; one that the caller gave counts only after an answer really got lost.
 */
export async function findCreated(
  context: RunContext,
  rows: readonly PendingRow[],
): Promise<ReadonlySet<PendingRow>> {
  const { entitySetName, primaryIdColumn } = context.plan.table
  const byId = new Map<string, PendingRow>()
  for (const row of rows) {
    const { id, ownId } = locatedOf(row)
    if (id !== undefined && (ownId || isUncertain(row))) byId.set(id, row)
  }
  const ids = [...byId.keys()]
  const found = new Set<PendingRow>()
  for (let at = 0; at < ids.length; at += idsInOneRead) {
    const filter = formatInCondition(primaryIdColumn, ids.slice(at, at + idsInOneRead))
    const body = await context.read(`${entitySetName}?$select=${primaryIdColumn}&$filter=${filter}`)
    for (const row of listOf(asJsonObject(body, 'a query'), 'value')) {
      const created = byId.get(String(row[primaryIdColumn]).toLowerCase())
      if (created !== undefined) found.add(created)
    }
  }
  return found
}
