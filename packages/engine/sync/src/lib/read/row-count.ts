import type { CallOptions, RowCount, Source } from '@deltaverse/core'

/** Asks a source that can tell. What goes wrong is no reason to stop anything: nobody's rows depend on it. */
export async function askCount(
  source: Pick<Source, 'count'>,
  call: CallOptions,
): Promise<RowCount | undefined> {
  try {
    return await source.count?.(call)
  } catch {
    call.signal?.throwIfAborted()
    return undefined
  }
}
