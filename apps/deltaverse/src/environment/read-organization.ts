import type { DataverseClient } from '@deltaverse/client'
import { DataverseError } from '@deltaverse/core'

/** The id of the organization that answers, in one request. A copy or a restored backup of an environment has another one. */
export async function readOrganization(
  client: Pick<DataverseClient, 'request' | 'origin'>,
  signal: AbortSignal,
): Promise<string> {
  const response = await client.request({ method: 'GET', path: 'WhoAmI' }, { signal })
  const { OrganizationId: id } = (await response.json()) as { readonly OrganizationId?: unknown }
  if (typeof id === 'string') return id.toLowerCase()
  throw new DataverseError(`${client.origin} does not say which organization it is`, { code: 'bad-response' })
}
