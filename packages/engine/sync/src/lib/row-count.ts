import type { CallOptions } from '@deltaverse/core'
import type { RowCount } from '@deltaverse/dataverse'

/** Asks a feed that can tell. What goes wrong is no reason to stop anything: nobody's rows depend on it. */
export async function askCount(
  feed: { count?(call?: CallOptions): Promise<RowCount> },
  call: CallOptions,
): Promise<RowCount | undefined> {
  try {
    return await feed.count?.(call)
  } catch {
    call.signal?.throwIfAborted()
    return undefined
  }
}
