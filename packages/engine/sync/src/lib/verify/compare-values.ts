import type { CallOptions, ReadableSink, UpsertedChange } from '@deltaverse/core'
import type { ComparedBucket } from './compare-lists.js'
import type { RowDifference, VerifySource } from './verify-options.js'

/** How many rows are read at a time, from as many buckets as it takes. */
const rowsAtOnce = 500

/**
 * Adds to what was found by versions the rows that the sink holds in the right version with other values. Each row is read once more;
 * one that has another version by then is none: the next delta brings it.
 */
export async function* compareValues<R extends object>(
  compared: AsyncIterable<ComparedBucket>,
  source: VerifySource<R>,
  differing: NonNullable<ReadableSink['differing']>,
  call: CallOptions,
): AsyncGenerator<ComparedBucket, void, undefined> {
  let waiting = new Map<string, string | undefined>()

  async function alteredOf(versions: ReadonlyMap<string, string | undefined>): Promise<RowDifference[]> {
    const altered: RowDifference[] = []
    for await (const rows of source.rows([...versions.keys()], call)) {
      const same = rows.filter(({ id, rowVersion }) => versions.get(id) === rowVersion)
      for (const id of await differing(
        same as readonly UpsertedChange<object>[] as readonly UpsertedChange[],
        call,
      )) {
        const version = versions.get(id)
        altered.push({
          kind: 'altered',
          id,
          ...(version !== undefined && { held: version, expected: version }),
        })
      }
    }
    return altered
  }

  for await (const bucket of compared) {
    const differences = [...bucket.differences]
    for (const [id, version] of bucket.agreeing) {
      waiting.set(id, version)
      if (waiting.size < rowsAtOnce) continue
      differences.push(...(await alteredOf(waiting)))
      waiting = new Map()
    }
    yield { ...bucket, differences }
  }
  if (waiting.size === 0) return
  const differences = await alteredOf(waiting)
  yield { differences, rowsInSink: 0, rowsInTable: 0, unversioned: 0, agreeing: new Map() }
}
