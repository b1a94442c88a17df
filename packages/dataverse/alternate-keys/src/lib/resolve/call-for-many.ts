import { setMaxListeners } from 'node:events'
import type { CallOptions } from '@deltaverse/core'

/** The call for many keys at once, each of which listens to its signal: Node warns of more than ten on the caller's own. */
export function callForMany(call: CallOptions): CallOptions {
  if (call.signal === undefined) return call
  const signal = AbortSignal.any([call.signal])
  setMaxListeners(0, signal)
  return { ...call, signal }
}
