import type { DeadLetter } from '@deltaverse/dataverse'
import type { PlanEntry } from './plan-entry.js'

/**
 * Refuses what a plan cannot hold: a second write of one row, which stands further down in the source than rows are put together. Its
 * version would be another one by the time that the second came.
 */
export function createPlannedOnce(): (
  entry: PlanEntry,
  toLetter: (reason: string) => DeadLetter<object>,
) => PlanEntry {
  const lines = new Map<string, number | undefined>()
  return (entry, toLetter) => {
    if (entry.do !== 'create' && entry.do !== 'update') return entry
    const name = entry.do === 'create' ? JSON.stringify(entry.key).toLowerCase() : (entry.id ?? '')
    if (!lines.has(name)) {
      lines.set(name, entry.place?.line)
      return entry
    }
    const { place, key } = entry
    const line = lines.get(name)
    const where = line === undefined ? 'further up' : `on line ${line}`
    const reason = `its key stands ${where} as well: leave one of the two, or push without a plan`
    return { do: 'reject', ...(place && { place }), ...(key && { key }), reason, letter: toLetter(reason) }
  }
}
