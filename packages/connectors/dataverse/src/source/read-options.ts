import type { CallOptions, Checkpoint } from '@deltaverse/core'
import { parseCheckpoint } from './checkpoint.js'
import type { ExpiryNotice, PageReport, ResolvedOptions } from './options.js'

/** What one read may say for itself; what it leaves out is as the feed was created. */
export interface ReadOptions extends CallOptions {
  /** Where this read goes on; `null` begins with a full read. */
  readonly checkpoint?: Checkpoint | null | undefined
  /** Reads the table in full although there is a checkpoint. */
  readonly restart?: boolean | undefined
  /** Called behind every page, in place of the feed's own. */
  readonly onPage?: ((report: PageReport) => void) | undefined
  /** Called when the delta token is about to expire, in place of the feed's own. */
  readonly onExpiring?: ((notice: ExpiryNotice) => void) | undefined
}

/**
 * The options of one read. A signal that is passed by itself, or a controller for a signal, would be ignored without a word,
 * and the read could not be stopped.
 *
 * @throws TypeError, DataverseError `checkpoint-invalid`
 */
export function resolveRead(
  feed: ResolvedOptions,
  read: ReadOptions | undefined,
): { readonly options: ResolvedOptions; readonly signal: AbortSignal | undefined } {
  if (read === undefined) return { options: feed, signal: undefined }
  if (typeof read !== 'object' || read === null || 'aborted' in read) {
    throw new TypeError('a read takes options such as { signal }, not the signal itself or any other value')
  }
  const { checkpoint, restart, onPage, onExpiring } = read
  return {
    signal: requireSignal(read.signal),
    options: {
      ...feed,
      ...(checkpoint !== undefined && {
        checkpoint: checkpoint === null ? undefined : parseCheckpoint(checkpoint),
      }),
      ...(restart !== undefined && { restart }),
      ...(onPage !== undefined && { onPage }),
      ...(onExpiring !== undefined && { onExpiring }),
    },
  }
}

function requireSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return signal
  throw new TypeError('signal must be an AbortSignal, such as the signal of an AbortController')
}
