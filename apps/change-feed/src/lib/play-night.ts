import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import type { NightWrite } from './night.js'

/**
 * Sends the writes of a night, one after the other: upserts and deletions by the alternate key on `productnumber`. All of
 * them may be sent again, so a night that was broken off is simply played again.
 */
export async function playNight(
  client: DataverseClient,
  writes: readonly NightWrite[],
  call: CallOptions & { readonly onWrite?: (done: number) => void },
): Promise<void> {
  for (const [index, write] of writes.entries()) {
    const path = `products(productnumber='${encodeURIComponent(write.productNumber)}')`
    const response =
      write.kind === 'upsert'
        ? await client.request({ method: 'PATCH', path, body: write.columns }, call)
        : await client.request({ method: 'DELETE', path, acceptStatus: [404] }, call)
    await response.discard()
    call.onWrite?.(index + 1)
  }
}
