import type { ReadOptions } from '@deltaverse/core'
import type { ResolvedOptions } from './options.js'
import { parsePosition } from './read-position.js'

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
  const { checkpoint, restart, onEvent } = read
  return {
    signal: requireSignal(read.signal),
    options: {
      ...feed,
      ...(checkpoint !== undefined && {
        position: checkpoint === null ? undefined : parsePosition(checkpoint),
      }),
      ...(restart !== undefined && { restart }),
      // A read by itself says nothing of what happens between reads.
      ...(onEvent !== undefined && { onEvent: onEvent as ResolvedOptions['onEvent'] }),
    },
  }
}

function requireSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || typeof signal?.throwIfAborted === 'function') return signal
  throw new TypeError('signal must be an AbortSignal, such as the signal of an AbortController')
}
