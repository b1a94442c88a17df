import type { CallOptions } from '@deltaverse/core'
import type { RowBuckets } from './row-buckets.js'
import type { RowDifference } from './verify-options.js'

/** The two sides of a verification, and the ids that changed while they were listed. */
export interface ListedSides {
  readonly sink: RowBuckets
  readonly table: RowBuckets
  readonly touched: RowBuckets
  readonly buckets: number
}

/** One bucket, compared. */
export interface ComparedBucket {
  readonly differences: readonly RowDifference[]
  readonly rowsInSink: number
  readonly rowsInTable: number
  /** Rows that both have and whose version the sink, or the table, did not tell. */
  readonly unversioned: number
  /** Rows that both have in the same version, or in versions that nobody knows, and that did not change meanwhile. */
  readonly agreeing: ReadonlyMap<string, string | undefined>
}

/**
 * Compares bucket by bucket. A row that changed since the sink was listed is left out: the sync behind the lists has brought
 * it.
 */
export async function* compareLists(
  sides: ListedSides,
  { signal }: CallOptions,
): AsyncGenerator<ComparedBucket, void, undefined> {
  for (let bucket = 0; bucket < sides.buckets; bucket += 1) {
    signal?.throwIfAborted()
    const held = await sides.sink.load(bucket)
    const expected = await sides.table.load(bucket)
    const touched = await sides.touched.loadIds(bucket)
    yield compare(held, expected, touched)
  }
}

type Versions = ReadonlyMap<string, string | undefined>

function compare(held: Versions, expected: Versions, touched: ReadonlySet<string>): ComparedBucket {
  const differences: RowDifference[] = []
  const agreeing = new Map<string, string | undefined>()
  let unversioned = 0
  for (const [id, version] of expected) {
    const heldVersion = held.get(id)
    if (!held.has(id)) {
      if (!touched.has(id)) differences.push({ kind: 'missing', id, ...say('expected', version) })
    } else if (heldVersion === undefined || version === undefined) {
      unversioned += 1
      if (!touched.has(id)) agreeing.set(id, version)
    } else if (touched.has(id)) continue
    else if (heldVersion === version) agreeing.set(id, version)
    else differences.push({ kind: 'stale', id, held: heldVersion, expected: version })
  }
  for (const [id, version] of held) {
    if (expected.has(id) || touched.has(id)) continue
    differences.push({ kind: 'extra', id, ...say('held', version) })
  }
  return { differences, rowsInSink: held.size, rowsInTable: expected.size, unversioned, agreeing }
}

function say(side: 'held' | 'expected', version: string | undefined): Partial<RowDifference> {
  return version === undefined ? {} : { [side]: version }
}
