import { type ClientOptions, createClient, type DataverseClient } from '@deltaverse/client'
import { isDataverseError } from '@deltaverse/core'
import { UsageError } from '../program/usage-error.js'

/**
 * A client whose bad options are wrong arguments of the app.
 *
 * @throws UsageError
 */
export function connect(options: ClientOptions): DataverseClient {
  try {
    return createClient(options)
  } catch (error) {
    if (isDataverseError(error) && error.code === 'insecure-url') {
      throw new UsageError(
        `${new URL(options.url).origin} is refused because the token would travel in clear: use https:, or --allow-insecure-http`,
      )
    }
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}

/** Closes a client behind a run; one that was stopped does not wait for what was under way. */
export async function disconnect(client: DataverseClient, signal: AbortSignal): Promise<void> {
  const closing = client.close()
  if (signal.aborted) closing.catch(() => undefined)
  else await closing
}
