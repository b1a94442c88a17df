import type { CallOptions } from '@deltaverse/contract'

/**
 * The signal of a call. A signal that is passed by itself, or a controller for a signal, would be ignored without a word, and
 * the read could not be stopped.
 *
 * @throws TypeError
 */
export function signalOf(call: CallOptions | undefined): AbortSignal | undefined {
  if (call === undefined) return undefined
  if (typeof call !== 'object' || call === null || 'aborted' in call) {
    throw new TypeError('a read takes options such as { signal }, not the signal itself or any other value')
  }
  const { signal } = call
  if (signal === undefined) return undefined
  if (typeof signal?.throwIfAborted === 'function') return signal
  throw new TypeError('signal must be an AbortSignal, such as the signal of an AbortController')
}
