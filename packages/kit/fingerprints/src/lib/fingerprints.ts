import { DataverseError, type Fingerprints } from '@deltaverse/core'
import type { FingerprintSession } from './fingerprint-session.js'
import { openSession } from './open-session.js'
import { type FingerprintsOptions, toFingerprintSettings } from './options.js'
import { checkEpoch } from './row-entry.js'
import { createTurns } from './turns.js'

/**
 * A fingerprint store in a directory on disk: a LevelDB store of one small entry for each row, as durable as its last commit.
 *
 * One fingerprint store has the directory at a time: `open` refuses another, of this or another process, as `conflict`; the lock of a process
 * that died is gone with it. Calls are taken one after another.
 *
 * Errors are `DataverseError`s: `sink-failed` (no room, no rights), `checkpoint-invalid` (damaged, or written by a later version:
 * the message says that the directory may be removed), `sink-mismatch` (the directory holds the store of something else),
 * `bad-request` (not open). After a `sink-failed` the fingerprint store is to be opened again at the mark of the saved state.
 */
export function createFingerprints(options: FingerprintsOptions): Fingerprints {
  const settings = toFingerprintSettings(options)
  const takeTurn = createTurns()
  let session: FingerprintSession | undefined

  function opened(): FingerprintSession {
    if (session !== undefined) return session
    throw new DataverseError(`The fingerprint store in ${settings.directory} is not open: call open first.`, {
      code: 'bad-request',
    })
  }

  /** A call on the open fingerprint store. One that fails half-way leaves nothing to go on with. */
  function call<T>(
    signal: AbortSignal | undefined,
    act: (session: FingerprintSession) => Promise<T>,
  ): Promise<T> {
    return takeTurn(async () => {
      signal?.throwIfAborted()
      const current = opened()
      try {
        return await act(current)
      } catch (error) {
        await close().catch(() => undefined)
        throw error
      }
    })
  }

  async function close(): Promise<void> {
    const current = session
    session = undefined
    await current?.close()
  }

  return {
    open: (mark, { signal } = {}) =>
      takeTurn(async () => {
        signal?.throwIfAborted()
        await close()
        const opening = await openSession(settings, mark, signal)
        session = opening.session
        return opening.known
      }),

    async record(rows, epoch, { signal } = {}) {
      checkEpoch(epoch)
      return await call(signal, (current) => current.record(rows, epoch, signal))
    },

    remove: (ids, { signal } = {}) => call(signal, (current) => current.remove(ids, signal)),

    async *stale(epoch, { signal } = {}) {
      checkEpoch(epoch)
      let after: Buffer | undefined
      do {
        const from = after
        const page = await call(signal, (current) => current.stalePage(epoch, from))
        if (page.ids.length > 0) yield page.ids
        after = page.next
      } while (after !== undefined)
    },

    count: () => opened().count(),

    commit: ({ signal } = {}) => call(signal, (current) => current.commit()),

    close: () => takeTurn(close),
  }
}
