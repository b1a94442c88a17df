import { type CallOptions, type ChangeEvent, DataverseError } from '@deltaverse/core'
import type { Runner } from '../read/runner.js'
import { compareLists, type ListedSides } from './compare-lists.js'
import { bucketCount, createRowBuckets, type RowBuckets } from './row-buckets.js'
import type { VerifySettings, VerifySource } from './verify-options.js'

/** A source that tells somebody else, too, what it brings. */
export interface OverheardSource<R extends object> {
  readonly source: VerifySource<R>
  /** From now on; a full read that begins is told by `undefined`. */
  listen(listener: ((ids: readonly string[] | undefined) => Promise<void>) | undefined): void
  /** Whether its last full read was one of those that it makes for want of anything better. */
  isCopied(): boolean
}

export function overhear<R extends object>(source: VerifySource<R>): OverheardSource<R> {
  let listener: ((ids: readonly string[] | undefined) => Promise<void>) | undefined
  let isCopied = false
  return {
    isCopied: () => isCopied,
    listen(next) {
      listener = next
    },
    source: {
      ...source,
      async *read(options) {
        for await (const batch of source.read(options)) {
          for (const event of batch) if (event.kind === 'reset') isCopied = event.reason === 'full-copy'
          if (listener !== undefined) await tell(batch, listener)
          yield batch
        }
      },
    },
  }
}

async function tell(
  batch: readonly ChangeEvent<object>[],
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
export async function listSides<Position, R extends object>(
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
    const list = async (side: 'sink' | 'table', into: RowBuckets): Promise<void> => {
      let rows = 0
      for await (const listed of side === 'sink' ? sink.held(call) : source.keys(call)) {
        await into.add(listed)
        rows += listed.length
        onEvent({ kind: 'listed', side, rows })
      }
    }
    if (overheard.isCopied()) {
      await listCopied(sides, list, listOf, runner, call)
      return sides
    }
    await list('sink', sides.sink)
    await list('table', sides.table)
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

/**
 * Where the source does not tell what changed: lists the table, copies it, lists the sink, and lists the table again. A row that
 * is the same in both lists of the table was so when it was copied, and has to be so in the sink.
 */
async function listCopied<Position, R extends object>(
  sides: ListedSides,
  list: (side: 'sink' | 'table', into: RowBuckets) => Promise<void>,
  listOf: (name: string) => RowBuckets,
  runner: Runner<Position, R>,
  call: CallOptions,
): Promise<void> {
  const before = { ...sides, sink: listOf('before'), touched: listOf('none') }
  await list('table', before.sink)
  await runner.read()
  await list('sink', sides.sink)
  await list('table', sides.table)
  for await (const { differences } of compareLists(before, call)) {
    await sides.touched.add(differences.map(({ id }) => ({ id, rowVersion: undefined })))
  }
}
