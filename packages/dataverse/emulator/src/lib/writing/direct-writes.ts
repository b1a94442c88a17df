import { methodNotAllowed, ServiceError } from '../http/service-error.js'
import type { Table } from '../schema/table.js'

/**
 * Refuses what no client may do itself. Pairs are made and taken apart at the rows, never in the table that holds them;
 * which error the service answers with is not documented. Parties come and go with their activity; the code was
 * observed, its status is not documented. The rows of `fileattachment` come and go with files.
 *
 * @throws ServiceError 405 for an intersect table, 400 `0x80040800` for activity parties and file attachments.
 */
export function refuseDirectWrite(table: Table, method: 'POST' | 'PATCH' | 'DELETE'): void {
  const { logicalName, intersect, holdsParties, holdsFiles } = table
  if (intersect !== undefined) {
    const { code, message } = methodNotAllowed(method)
    throw new ServiceError(405, code, `${message} '${logicalName}' is an intersect table: use $ref.`)
  }
  if (holdsParties || holdsFiles) throw unsupportedMessage(table, messages[method])
}

const messages = { POST: 'Create', PATCH: 'Update', DELETE: 'Delete' } as const

/** 400 for a message that a table does not have. */
export function unsupportedMessage({ logicalName }: Table, message: string): ServiceError {
  return new ServiceError(
    400,
    '0x80040800',
    `The '${message}' method does not support entities of type '${logicalName}'. ` +
      'MessageProcessorCache returned MessageProcessor.Empty.',
  )
}
