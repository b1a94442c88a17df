import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { isResponseError } from '@deltaverse/core'
import { asJsonObject, listOf } from '@deltaverse/metadata'
import { type BulkMessage, formatBulkSupportPath } from '@deltaverse/protocol'

/** Which bulk messages a table has, as far as is known. */
export interface BulkSupport {
  create: boolean
  update: boolean
  /** Never listed by the service: it is there where the other two are. */
  upsert: boolean
}

/** Without any: the tables of on-premises servers, and many stock tables. */
export const noBulkSupport: Readonly<BulkSupport> = { create: false, update: false, upsert: false }

/** Keeps in mind that a message does not work, whatever the service lists, so that it is not tried with every request. */
export function giveUpBulk(support: BulkSupport, message: BulkMessage): void {
  switch (message) {
    case 'CreateMultiple':
      support.create = false
      break
    case 'UpdateMultiple':
      support.update = false
      break
    case 'UpsertMultiple':
      support.upsert = false
  }
}

/** Asks for the bulk messages of a table (Microsoft Learn: Use bulk operation messages, message availability). */
export async function readBulkSupport(
  client: Pick<DataverseClient, 'request'>,
  logicalName: string,
  call: CallOptions,
): Promise<BulkSupport> {
  const [create, update] = await Promise.all([
    hasMessage(client, logicalName, 'CreateMultiple', call),
    hasMessage(client, logicalName, 'UpdateMultiple', call),
  ])
  return { create, update, upsert: create && update }
}

async function hasMessage(
  client: Pick<DataverseClient, 'request'>,
  logicalName: string,
  message: 'CreateMultiple' | 'UpdateMultiple',
  call: CallOptions,
): Promise<boolean> {
  try {
    const path = formatBulkSupportPath(logicalName, message)
    const response = await client.request({ method: 'GET', path, buffered: true }, call)
    return listOf(asJsonObject(await response.json(), 'message filters'), 'value').length > 0
  } catch (error) {
    // A server that does not know the question does not know the messages either; nor may everybody read the filters.
    if (isResponseError(error) && [400, 403, 404, 501].includes(error.status)) return false
    throw error
  }
}
