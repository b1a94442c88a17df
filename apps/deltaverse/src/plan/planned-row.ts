import type { PlanEntry } from './plan-entry.js'

/** A row as it is sent, and the entry that it stands for, which is not. */
export type PlannedRow = Record<string, unknown> & { readonly entry: PlanEntry }

/** The row of an entry, bound to the version that it was planned for. */
export function toPlannedRow(entry: PlanEntry, { bound = true } = {}): PlannedRow {
  const row = { ...entry.row, ...(bound && entry.version !== undefined && { '@odata.etag': entry.version }) }
  // Not a member of the row that anybody sends.
  return Object.defineProperty(row, 'entry', { value: entry, enumerable: false }) as PlannedRow
}
