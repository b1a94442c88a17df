import type { ValueColumn } from '../column/value-rules.js'

/** The name under which a column is read, filtered and addressed. */
export function wireName({ kind, logicalName }: Pick<ValueColumn, 'kind' | 'logicalName'>): string {
  return kind === 'lookup' || kind === 'owner' ? `_${logicalName}_value` : logicalName
}
