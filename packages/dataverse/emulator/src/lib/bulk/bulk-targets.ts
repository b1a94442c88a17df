import type { Table } from '../schema/table.js'
import { payloadError } from '../writing/read-value.js'

/** One row of a bulk message. */
export type BulkTarget = Readonly<Record<string, unknown>>

/**
 * The rows of a bulk message.
 *
 * @throws ServiceError 400 when there are none, or one does not say that it is of this table.
 */
export function readTargets(table: Table, body: unknown): readonly BulkTarget[] {
  const targets: unknown =
    body !== null && typeof body === 'object' && 'Targets' in body ? body.Targets : undefined
  if (!Array.isArray(targets) || targets.length === 0) {
    throw payloadError(table, "The parameter 'Targets' is not a list with at least one row.")
  }
  return targets.map((target: unknown) => readTarget(table, target))
}

function readTarget(table: Table, target: unknown): BulkTarget {
  if (target === null || typeof target !== 'object' || Array.isArray(target)) {
    throw payloadError(table, "A row in 'Targets' is not a JSON object.")
  }
  const row = target as BulkTarget
  const type = row['@odata.type']
  if (typeof type !== 'string') {
    throw payloadError(table, "A row in 'Targets' has no '@odata.type'.")
  }
  if (type.replace(/^#/, '') !== `Microsoft.Dynamics.CRM.${table.logicalName}`) {
    throw payloadError(table, `A row in 'Targets' is of type '${type}', not of '${table.logicalName}'.`)
  }
  return row
}
