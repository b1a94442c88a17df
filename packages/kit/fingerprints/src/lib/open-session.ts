import { DataverseError } from '@deltaverse/core'
import { createSession, type FingerprintSession } from './fingerprint-session.js'
import { formatHeader, type Header, parseHeader } from './header.js'
import type { FingerprintSettings } from './options.js'
import { rollBack } from './roll-back.js'
import { headerKey, undoKeyOf } from './row-key.js'
import { destroyStore, openStore, type Store } from './store.js'
import { damaged } from './store-error.js'

interface Opened {
  readonly session: FingerprintSession
  /** Whether it goes on where the caller said. */
  readonly known: boolean
}

/** Opens the store at a mark, or empty. Nothing stays open when it fails. */
export async function openSession(
  settings: FingerprintSettings,
  mark: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const store = await openStore(settings)
  try {
    const header = await readHeader(store, settings.directory)
    const target = header?.commits.find((commit) => commit.mark === mark)
    signal?.throwIfAborted()
    if (header === undefined || target === undefined) {
      return { session: await startEmpty(store, header, settings), known: mark === undefined }
    }
    await checkUndoBlocks(store, header, settings.directory)
    const rolledBack = await rollBack(store, header, target, settings.directory, signal)
    return { session: createSession(store, rolledBack, settings), known: true }
  } catch (error) {
    await store.close().catch(() => undefined)
    throw error
  }
}

/** @returns `undefined` when the store is new */
async function readHeader(store: Store, directory: string): Promise<Header | undefined> {
  const value = await store.get(headerKey)
  if (value === undefined) {
    if ((await store.read({}, 1)).length === 0) return undefined
    const message = `The store in ${directory} is not a fingerprint store: name a directory of its own for the fingerprints.`
    throw new DataverseError(message, { code: 'sink-mismatch' })
  }
  const header = parseHeader(value)
  if (header === undefined) throw damaged(directory, 'its header cannot be read')
  if (header === 'unknown-format') {
    const message = `A later version of @deltaverse/fingerprints wrote the fingerprint store in ${directory}: use that version, or remove the directory; the next sync then reads the table in full.`
    throw new DataverseError(message, { code: 'checkpoint-invalid' })
  }
  return header
}

/**
 * Each of the last commits came with a block of its own. A log that was damaged in the middle can lose one without a word; a
 * commit that is half there would make deletions out of nothing.
 */
async function checkUndoBlocks(store: Store, { commits }: Header, directory: string): Promise<void> {
  for (const { number, undoBlocks } of commits) {
    for (let block = 0; block < undoBlocks; block++) {
      if ((await store.get(undoKeyOf(number, block))) !== undefined) continue
      throw damaged(directory, `what commit ${number} wrote is not all there`)
    }
  }
}

async function startEmpty(
  store: Store,
  header: Header | undefined,
  settings: FingerprintSettings,
): Promise<FingerprintSession> {
  const empty: Header = { commits: [] }
  const isEmpty = header === undefined || (await store.read({ gt: headerKey }, 1)).length === 0
  if (isEmpty) {
    await writeHeader(store)
    return createSession(store, empty, settings)
  }
  await store.close()
  await destroyStore(settings.directory)
  const fresh = await openStore(settings)
  try {
    await writeHeader(fresh)
    return createSession(fresh, empty, settings)
  } catch (error) {
    await fresh.close().catch(() => undefined)
    throw error
  }

  async function writeHeader(target: Store): Promise<void> {
    await target.write([{ key: headerKey, value: formatHeader(empty) }])
  }
}
