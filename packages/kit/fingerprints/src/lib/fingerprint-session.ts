import type { FingerprintRow, FingerprintVerdict } from '@deltaverse/core'
import { type Commit, formatHeader, type Header, makeMark } from './header.js'
import type { FingerprintSettings } from './options.js'
import { createPendingRows } from './pending-rows.js'
import { entryOf, epochOf, isSameRow } from './row-entry.js'
import { headerKey, idOfRowKey, rowKeyRange, undoKeyOf } from './row-key.js'
import type { Store, StoreWrite } from './store.js'
import { encodeUndoBlock } from './undo-block.js'

/** Rows that are looked up, or scanned, in one go. */
const groupSize = 5_000

/** A fingerprint store that is open. Its calls are made one at a time. */
export interface FingerprintSession {
  record(
    rows: readonly FingerprintRow[],
    epoch: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly FingerprintVerdict[]>
  remove(ids: readonly string[], signal: AbortSignal | undefined): Promise<readonly boolean[]>
  /** The next few rows behind an id (`undefined`: the first ones): those that are stale, and where to go on. */
  stalePage(epoch: number, after: Buffer | undefined): Promise<StalePage>
  count(): number
  commit(): Promise<string>
  close(): Promise<void>
}

interface StalePage {
  readonly ids: readonly string[]
  /** `undefined` at the end. */
  readonly next: Buffer | undefined
}

/** @param header what the store says about itself, with nothing behind its last commit */
export function createSession(
  store: Store,
  header: Header,
  { keptCommits, maxPendingRows }: FingerprintSettings,
): FingerprintSession {
  const pending = createPendingRows()
  let commits = header.commits
  let rowCount = commits.at(-1)?.rows ?? 0
  let undoBlocks = 0

  const nextNumber = () => (commits.at(-1)?.number ?? 0) + 1

  /** Writes what is pending in one go, with what takes it back and whatever else is to be there with it. */
  async function write(more: readonly StoreWrite[]): Promise<void> {
    const { writes, undo } = pending.changes()
    const block = { key: undoKeyOf(nextNumber(), undoBlocks), value: encodeUndoBlock(undo) }
    await store.write([...writes, block, ...more])
    pending.clear()
  }

  /** Keeps memory bounded, however much is recorded between two commits. */
  async function makeRoom(): Promise<void> {
    if (pending.size < maxPendingRows) return
    await write([])
    undoBlocks++
  }

  return {
    async record(rows, epoch, signal) {
      const verdicts: FingerprintVerdict[] = []
      for (const group of groupsOf(rows)) {
        signal?.throwIfAborted()
        const ids = group.map(({ id }) => id)
        // The store looks up on another thread while this one hashes.
        const [, shown] = await Promise.all([pending.load(store, ids), hashAll(group, epoch)])
        for (const { id, entry } of shown) {
          const before = pending.get(id)
          if (before === undefined) rowCount++
          verdicts.push(verdictOf(before, entry))
          pending.set(id, entry)
        }
        await makeRoom()
      }
      return verdicts
    },

    async remove(ids, signal) {
      const known: boolean[] = []
      for (const group of groupsOf(ids)) {
        signal?.throwIfAborted()
        await pending.load(store, group)
        for (const id of group) {
          const isKnown = pending.get(id) !== undefined
          if (isKnown) rowCount--
          known.push(isKnown)
          pending.set(id, undefined)
        }
        await makeRoom()
      }
      return known
    },

    async stalePage(epoch, after) {
      if (after === undefined && pending.size > 0) {
        // So that the store holds every row that this scan has to find.
        await write([])
        undoBlocks++
      }
      const page = await store.read({ ...rowKeyRange, gt: after ?? rowKeyRange.gt }, groupSize)
      const ids = page.flatMap(({ key, value }) => {
        const id = idOfRowKey(key)
        const now = pending.has(id) ? pending.get(id) : value
        return now !== undefined && epochOf(now) < epoch ? [id] : []
      })
      return { ids, next: page.length < groupSize ? undefined : page.at(-1)?.key }
    },

    count: () => rowCount,

    async commit() {
      const last = commits.at(-1)
      const nothingNew = pending.size === 0 && undoBlocks === 0
      if (last !== undefined && nothingNew) return last.mark
      const number = nextNumber()
      const commit: Commit = { mark: makeMark(number), number, rows: rowCount, undoBlocks: undoBlocks + 1 }
      const { kept, forgotten } = keepLast([...commits, commit], keptCommits)
      await write([...forgotten, { key: headerKey, value: formatHeader({ commits: kept }) }])
      commits = kept
      undoBlocks = 0
      return commit.mark
    },

    close: () => store.close(),
  }
}

async function hashAll(rows: readonly FingerprintRow[], epoch: number) {
  return rows.map(({ id, bytes }) => ({ id, entry: entryOf(bytes, epoch) }))
}

function verdictOf(before: string | undefined, entry: string): FingerprintVerdict {
  if (before === undefined) return 'new'
  return isSameRow(before, entry) ? 'unchanged' : 'changed'
}

/** The last few commits, and the undo blocks that lead back to commits before those. */
function keepLast(
  commits: readonly Commit[],
  count: number,
): { readonly kept: readonly Commit[]; readonly forgotten: readonly StoreWrite[] } {
  const [oldest, ...kept] = commits.slice(-count)
  if (oldest === undefined) return { kept, forgotten: [] }
  const forgotten = Array.from({ length: oldest.undoBlocks }, (_, block) => ({
    key: undoKeyOf(oldest.number, block),
    value: undefined,
  }))
  return { kept: [{ ...oldest, undoBlocks: 0 }, ...kept], forgotten }
}

function* groupsOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += groupSize) yield items.slice(at, at + groupSize)
}
