import { type Commit, formatHeader, type Header } from './header.js'
import { headerKey, undoKeysAfter, withRowKeys } from './row-key.js'
import type { Store } from './store.js'
import { damaged } from './store-error.js'
import { decodeUndoBlock } from './undo-block.js'

/**
 * Makes the store hold what it held at a commit: takes every later one back, and what was written without one. Stopped at any
 * point, it can be begun again: the later commits are forgotten first, and each block goes with the rows it restores.
 */
export async function rollBack(
  store: Store,
  { commits }: Header,
  target: Commit,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<Header> {
  const header: Header = { commits: commits.filter(({ number }) => number <= target.number) }
  if (header.commits.length < commits.length) {
    await store.write([{ key: headerKey, value: formatHeader(header) }])
  }
  for (;;) {
    signal?.throwIfAborted()
    const [block] = await store.read(undoKeysAfter(target.number), 1, 'reverse')
    if (block === undefined) return header
    const rows = decodeUndoBlock(block.value)
    if (rows === undefined) throw damaged(directory, 'a block of earlier rows is cut off')
    const writes = withRowKeys(rows).map(({ key, entry }) => ({ key, value: entry }))
    await store.write([...writes, { key: block.key, value: undefined }])
  }
}
