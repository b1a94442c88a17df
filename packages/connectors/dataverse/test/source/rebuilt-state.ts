import type { ChangeEvent, Row } from '@deltaverse/core'

/**
 * What a careful consumer holds: rows by id. A full read marks what it brings; when it is complete, what it did not bring
 * is gone.
 */
export function createRebuiltState() {
  const rows = new Map<string, Row>()
  let seen: Set<string> | undefined
  return {
    rows,
    /** Notes the state and gives a way back to it, as a database that rolls back has. */
    note(): () => void {
      const rowsThen = [...rows]
      const seenThen = seen && [...seen]
      return () => {
        rows.clear()
        for (const [id, row] of rowsThen) rows.set(id, row)
        seen = seenThen && new Set(seenThen)
      }
    },
    apply(event: ChangeEvent): void {
      switch (event.kind) {
        case 'reset':
          seen = new Set()
          break
        case 'upserted':
          rows.set(event.id, event.row)
          seen?.add(event.id)
          break
        case 'deleted':
          rows.delete(event.id)
          break
        case 'complete':
          for (const id of rows.keys()) if (seen !== undefined && !seen.has(id)) rows.delete(id)
          seen = undefined
          break
        default:
      }
    },
  }
}
