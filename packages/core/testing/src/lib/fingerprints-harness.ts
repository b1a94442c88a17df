import type { Fingerprints } from '@deltaverse/core'

/** What the suite needs to know about a fingerprint store. Cases of one harness run one after another. */
export interface FingerprintsHarness {
  /** A fingerprint store over fresh, empty storage. */
  create(): Awaitable<Fingerprints>
  /** A new fingerprint store object over the storage of the last `create`, as a new process makes it. The one before was closed or crashed. */
  reopen(): Awaitable<Fingerprints>
  /** Does to a fingerprint store what the death of its process does: nothing is flushed, what it held open is let go. Default: `close`. */
  crash?(fingerprints: Fingerprints): Awaitable<void>
  /** Called at the end of every case: removes the storage. */
  dispose?(): Awaitable<void>
}

type Awaitable<T> = T | Promise<T>
