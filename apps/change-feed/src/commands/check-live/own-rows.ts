import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import type { TableDescription } from '@deltaverse/dataverse'

/** Writes a row of our own, addressed by its id. */
export async function upsertRow(
  client: DataverseClient,
  { entitySet }: TableDescription,
  id: string,
  body: object,
  call: CallOptions,
): Promise<void> {
  const response = await client.request({ method: 'PATCH', path: `${entitySet}(${id})`, body }, call)
  await response.discard()
}

/** Removes a row of our own, which may be gone already. */
export async function removeRow(
  client: DataverseClient,
  { entitySet }: TableDescription,
  id: string,
  call: CallOptions,
): Promise<void> {
  const request = { method: 'DELETE', path: `${entitySet}(${id})`, acceptStatus: [404] } as const
  const response = await client.request(request, call)
  await response.discard()
}
