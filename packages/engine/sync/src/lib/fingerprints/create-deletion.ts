import type { DeletedChange } from '@deltaverse/core'

/** A deletion that no source told. */
export function createDeletion(table: string, id: string): DeletedChange {
  const reason = 'deleted'
  const bytes = Buffer.from(JSON.stringify({ table, id, reason }))
  return { kind: 'deleted', table, id, rowVersion: undefined, reason, bytes }
}
