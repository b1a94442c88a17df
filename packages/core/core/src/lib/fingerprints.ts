import type { CallOptions } from './call-options.js'

/** What a fingerprint store says of a row that it is shown. */
export type FingerprintVerdict = 'new' | 'changed' | 'unchanged'

/** A row to be remembered. */
export interface FingerprintRow {
  /** Primary key, as in the changes. */
  readonly id: string
  /** The row as the source sent it; remembered is a hash of it. */
  readonly bytes: Uint8Array
}

/**
 * Remembers of each row that a sink holds what it looked like, so that a resync can tell what changed and what is gone.
 *
 * A fingerprint store is never ahead of the state that names its mark: what was recorded behind that mark counts for nothing once it is
 * opened again.
 */
export interface Fingerprints {
  /**
   * Goes on at the mark of the saved state; `undefined` empties it.
   *
   * @returns `false` when it does not know the mark (it was removed, or put back from a copy): it is empty then
   */
  open(mark: string | undefined, call?: CallOptions): Promise<boolean>
  /** Takes rows up, in order, as seen in this epoch; the verdicts compare each with what was known before it. */
  record(
    rows: readonly FingerprintRow[],
    epoch: number,
    call?: CallOptions,
  ): Promise<readonly FingerprintVerdict[]>
  /** Forgets rows. @returns for each whether it was known */
  remove(ids: readonly string[], call?: CallOptions): Promise<readonly boolean[]>
  /** Ids last seen in an earlier epoch, in groups of bounded size. May be removed while it is iterated. */
  stale(epoch: number, call?: CallOptions): AsyncIterable<readonly string[]>
  /** Rows known. */
  count(): number
  /** Resolves once everything recorded is durable, with the mark that says so. */
  commit(call?: CallOptions): Promise<string>
  close(): Promise<void>
}
