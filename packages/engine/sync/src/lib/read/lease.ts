import {
  abortableDelay,
  type CallOptions,
  type Clock,
  DataverseError,
  isDataverseError,
  type Lease,
} from '@deltaverse/core'
import { linkedAbort } from './linked-abort.js'

export interface LeaseOptions {
  readonly name: string
  /** Absent where nobody can be kept out. */
  readonly acquire: ((call: CallOptions) => Promise<Lease>) | undefined
  /** How long to wait for somebody else, in milliseconds. */
  readonly waitMs: number
  /** Called once when it begins to wait, with what the store says of the holder. */
  readonly onWait: (error: DataverseError) => void
  readonly clock: Clock
}

/** What is done under a lease. */
export interface HeldLease {
  /** Aborts when the caller's signal does or the lease is lost. */
  readonly signal: AbortSignal
  /** Absent where nobody can be kept out. */
  readonly lease: Lease | undefined
  release(): Promise<void>
}

const pollMs = 250

/**
 * Takes a lease, waiting for it if that is allowed.
 *
 * @throws DataverseError `conflict` that names the holder; `signal.reason`
 */
export async function takeLease(options: LeaseOptions, call: CallOptions): Promise<HeldLease> {
  const lease = await acquire(options, call)
  const stop = linkedAbort(call.signal)
  const onLost = (): void => stop.abort(leaseLost(options.name, lease?.lost.reason))
  lease?.lost.addEventListener('abort', onLost, { once: true })
  if (lease?.lost.aborted) onLost()
  return {
    signal: stop.signal,
    lease,
    async release() {
      stop.unlink()
      lease?.lost.removeEventListener('abort', onLost)
      await lease?.release()
    },
  }
}

async function acquire(options: LeaseOptions, call: CallOptions): Promise<Lease | undefined> {
  const { clock, waitMs, onWait } = options
  const beganAtMs = clock.now()
  for (let attempts = 1; ; attempts += 1) {
    try {
      call.signal?.throwIfAborted()
      return await options.acquire?.(call)
    } catch (error) {
      const leftMs = waitMs - (clock.now() - beganAtMs)
      if (!isDataverseError(error) || error.code !== 'conflict' || leftMs <= 0) throw error
      if (attempts === 1) onWait(error)
      await abortableDelay(clock, Math.min(pollMs, leftMs), call.signal)
    }
  }
}

/** A connection that broke can be opened again; a lease that somebody took is theirs. */
function leaseLost(name: string, cause: unknown): DataverseError {
  return new DataverseError(
    `the lease of "${name}" was lost, so somebody else may work on it by now. What was committed stays; start again`,
    { code: 'conflict', retryable: isDataverseError(cause) && cause.retryable, cause },
  )
}
