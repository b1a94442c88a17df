import { createWithRelated } from '../associations/create-with-related.js'
import { methodNotAllowed, notEmulated, ServiceError, segmentNotFound } from '../http/service-error.js'
import { jsonResponse, type ServiceResponse } from '../http/service-response.js'
import type { RowRequest } from '../routes/row-requests.js'
import { supportsBulk } from './bulk-support.js'
import { readTargets } from './bulk-targets.js'
import { updateMultiple } from './update-multiple.js'
import { upsertMultiple } from './upsert-multiple.js'

const prefix = 'Microsoft.Dynamics.CRM.'
const messages = ['CreateMultiple', 'UpdateMultiple', 'UpsertMultiple', 'DeleteMultiple']

/**
 * Serves the bulk messages, which are actions bound to an entity set. Each is one transaction.
 *
 * Source: Microsoft Learn, "Bulk operation messages".
 */
export function bulkRequest(context: RowRequest, path: readonly string[]): ServiceResponse {
  const { service, request, table } = context
  const [segment = '', beyond] = path
  const message = segment.slice(prefix.length)
  if (beyond !== undefined) throw segmentNotFound(beyond)
  if (!messages.includes(message)) throw notEmulated(`the operation ${segment}`)
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  if (message === 'DeleteMultiple') {
    throw new ServiceError(400, '0x80044824', 'DeleteMultiple has not yet been implemented.')
  }
  if (!supportsBulk(table)) {
    throw new ServiceError(
      400,
      '0x80044824',
      `The message '${message}' is not supported for the table '${table.logicalName}'.`,
    )
  }
  const targets = readTargets(table, request.body)
  const rows = targets.length
  if (message === 'UpdateMultiple') {
    service.store.transact(() => updateMultiple(service, table, targets))
    return { status: 204, rows }
  }
  if (message === 'UpsertMultiple') {
    service.store.transact(() => upsertMultiple(service, table, targets))
    return { status: 204, rows }
  }
  const created = service.store.transact(() =>
    targets.map((target) => createWithRelated(service, table, target)),
  )
  return {
    ...jsonResponse(200, {
      '@odata.context': `${request.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`,
      Ids: created.map((row) => row[table.primaryIdColumn]),
    }),
    rows,
  }
}
