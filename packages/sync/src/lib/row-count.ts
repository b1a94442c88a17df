import type { CallOptions } from '@deltaverse/contract'

/** How many rows a table has, as far as the service tells. */
export interface RowCount {
  readonly rows: number
  /**
   * `exact` when it was counted; `at-least` when the service stopped counting there; `estimate` when it is a figure that the
   * service keeps and renews about once a day.
   */
  readonly certainty: 'exact' | 'at-least' | 'estimate'
}

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
