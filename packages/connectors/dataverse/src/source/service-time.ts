import { DataverseError, isResponseError } from '@deltaverse/core'
import { formatCollectionPath } from '@deltaverse/protocol'
import type { ReadContext } from './read-context.js'

/** The column that says when a row was written last. */
export const modifiedColumn = 'modifiedon'

/**
 * What the service's clock says: `modifiedon` is by that clock and not by ours. Not the newest `modifiedon` of the table, which
 * an import may have set to any time, one to come included.
 *
 * @throws DataverseError `bad-request` for a table without `modifiedon`
 */
export async function readServiceTime(
  { client, options }: ReadContext,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { entitySet, clock } = options
  const path = `${formatCollectionPath({ entitySet, select: [modifiedColumn] })}&$top=1`
  try {
    const { headers } = await client.request({ method: 'GET', path, buffered: true }, { signal })
    const told = Date.parse(headers.date ?? '')
    return new Date(Number.isNaN(told) ? clock.now() : told).toISOString()
  } catch (error) {
    if (!isResponseError(error) || error.status !== 400) throw error
    throw new DataverseError(
      `the rows of ${entitySet} cannot be read by their ${modifiedColumn}: ${error.message}. Copy the table with mode: "full-copy"`,
      { code: 'bad-request', cause: error },
    )
  }
}
