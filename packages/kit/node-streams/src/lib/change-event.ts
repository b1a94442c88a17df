import type { Change, ChangeEvent, DeletedChange, UpsertedChange } from '@deltaverse/core'

/** Whether a value is an upserted row of a feed. A plain row that has a column `kind` is not: it carries no bytes. */
export function isUpsertedChange(value: unknown): value is UpsertedChange {
  return isRecord(value) && value.kind === 'upserted' && hasPlace(value)
}

/** Whether a value is a deletion of a feed. */
export function isDeletedChange(value: unknown): value is DeletedChange {
  return isRecord(value) && value.kind === 'deleted' && hasPlace(value)
}

/** Whether a value says something about a row: upserted or deleted. */
export function isChange(value: unknown): value is Change {
  return isRecord(value) && (value.kind === 'upserted' || value.kind === 'deleted') && hasPlace(value)
}

/** Whether a value marks a place in the feed (reset, checkpoint, complete) and no row. */
export function isMarkerEvent(value: unknown): value is Exclude<ChangeEvent, Change> {
  if (!isRecord(value)) return false
  switch (value.kind) {
    case 'reset':
      return typeof value.epoch === 'number' && typeof value.reason === 'string'
    case 'checkpoint':
      return isRecord(value.checkpoint) && value.checkpoint.version === 2
    case 'complete':
      return typeof value.epoch === 'number' && typeof value.rows === 'number'
    default:
      return false
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function hasPlace(value: Record<string, unknown>): boolean {
  return typeof value.table === 'string' && typeof value.id === 'string' && value.bytes instanceof Uint8Array
}
