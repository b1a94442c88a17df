import type { Change } from '@deltaverse/core'

/** Bytes of rows and deletions. */
export function bytesOf(changes: readonly Change<object>[]): number {
  let bytes = 0
  for (const change of changes) bytes += change.bytes.length
  return bytes
}

/** How many of either kind. */
export function countChanges(changes: readonly Change<object>[]): {
  readonly upserted: number
  readonly deleted: number
} {
  let deleted = 0
  for (const change of changes) if (change.kind === 'deleted') deleted += 1
  return { upserted: changes.length - deleted, deleted }
}
