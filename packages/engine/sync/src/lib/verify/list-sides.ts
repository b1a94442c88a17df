import { type CallOptions, type ChangeEvent, DataverseError, type Row } from '@deltaverse/core'
import type { Runner } from '../read/runner.js'
import type { ListedSides } from './compare-lists.js'
import { bucketCount, createRowBuckets, type RowBuckets } from './row-buckets.js'
import type { VerifySettings, VerifySource } from './verify-options.js'

/** A source that tells somebody else, too, what it brings. */
export interface OverheardSource<R extends Row> {
  readonly source: VerifySource<R>
  /** From now on; a full read that begins is told by `undefined`. */
  listen(listener: ((ids: readonly string[] | undefined) => Promise<void>) | undefined): void
}

export function overhear<R extends Row>(source: VerifySource<R>): OverheardSource<R> {
  let listener: ((ids: readonly string[] | undefined) => Promise<void>) | undefined
  return {
    listen(next) {
      listener = next
    },
    source: {
      ...source,
      async *read(options) {
        for await (const batch of source.read(options)) {
          if (listener !== undefined) await tell(batch, listener)
          yield batch
        }
      },
    },
  }
}

async function tell(
  batch: readonly ChangeEvent[],
  listener: (ids: readonly string[] | undefined) => Promise<void>,
): Promise<void> {
  if (batch.some(({ kind }) => kind === 'reset')) await listener(undefined)
  const ids = batch.flatMap((event) =>
    event.kind === 'upserted' || event.kind === 'deleted' ? [event.id] : [],
  )
  if (ids.length > 0) await listener(ids)
}

/** A resync in the middle leaves nothing to compare with. */
const maxRounds = 3

/**
 * Lists both sides, and then brings the sink up to date once more: what changed meanwhile is in that delta, and what is not in
 * it was in both lists as it was when the sink was listed.
 */
export async function listSides<Position, R extends Row>(
  { sync, source, sink, onEvent }: VerifySettings<Position, R>,
  overheard: OverheardSource<R>,
  runner: Runner<Position, R>,
  folder: string,
  call: CallOptions,
): Promise<ListedSides> {
  const buckets = bucketCount(runner.saved()?.rows ?? 0)
  for (let round = 1; round <= maxRounds; round += 1) {
    const listOf = (name: string): RowBuckets => createRowBuckets(folder, `${name}-${round}`, buckets)
    const sides = { sink: listOf('sink'), table: listOf('table'), touched: listOf('touched'), buckets }
    let rows = 0
    for await (const held of sink.held(call)) {
      await sides.sink.add(held)
      rows += held.length
      onEvent({ kind: 'listed', side: 'sink', rows })
    }
    rows = 0
    for await (const keys of source.keys(call)) {
      await sides.table.add(keys)
      rows += keys.length
      onEvent({ kind: 'listed', side: 'table', rows })
    }
    let wasReset = false
    overheard.listen(async (ids) => {
      if (ids === undefined) wasReset = true
      else await sides.touched.add(ids.map((id) => ({ id, rowVersion: undefined })))
    })
    await runner.read()
    overheard.listen(undefined)
    if (!wasReset) return sides
  }
  throw new DataverseError(
    `the rows of "${sync.name}" cannot be verified: each time, the source had forgotten its checkpoint by the time both sides were listed, and the table was read in full. Let the source remember longer (of Dataverse: expirechangetrackingindays of the organization), or wait until nobody changes the table's definition`,
    { code: 'delta-token-expired' },
  )
}
