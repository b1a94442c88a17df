import type { Change, Row } from '@deltaverse/core'

/** Changes that wait to be written: of each row the last one. */
export interface PendingChanges {
  readonly rows: number
  /** Bytes of the changes, about. */
  readonly bytes: number
  add(change: Change, row: Row): void
  /** Hands out what waits: rows that are gone, and rows to write, each in the order in which they came. */
  take(): { readonly gone: readonly Row[]; readonly kept: readonly Row[] }
}

export function createPendingChanges(): PendingChanges {
  let waiting = new Map<string, { readonly kind: Change['kind']; readonly row: Row }>()
  let bytes = 0
  return {
    get rows() {
      return waiting.size
    },
    get bytes() {
      return bytes
    },
    add({ id, kind, bytes: { length } }, row) {
      // Behind all others: a later version may point at rows that came in between.
      waiting.delete(id)
      waiting.set(id, { kind, row })
      bytes += length
    },
    take() {
      const all = [...waiting.values()]
      waiting = new Map()
      bytes = 0
      const of = (kind: Change['kind']): readonly Row[] =>
        all.filter((each) => each.kind === kind).map(({ row }) => row)
      return { gone: of('deleted'), kept: of('upserted') }
    },
  }
}
