import type { UpsertedChange } from '@deltaverse/core'
import { parseExactJson } from '@deltaverse/schema'

/**
 * The version under which a row is kept that is not whole: none that a source gives, so that a comparison by versions goes on
 * to name the row.
 */
export const unknownVersion = '0'

/** A change with null in place of one value. */
export function withoutMember(change: UpsertedChange, member: string): UpsertedChange {
  const exact = parseExactJson(new TextDecoder().decode(change.bytes)) as Record<string, unknown>
  const bytes = new TextEncoder().encode(JSON.stringify({ ...exact, [member]: null }))
  return { ...change, rowVersion: unknownVersion, bytes, row: { ...change.row, [member]: null } }
}
