import { createWithRelated } from '../associations/create-with-related.js'
import type { ServiceResponse } from '../http/service-response.js'
import { checkIfMatch, parseConditions } from '../routes/conditions.js'
import type { RowRequest } from '../routes/row-requests.js'
import type { CollectionNavigation } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import { payloadError } from '../writing/read-value.js'
import { updateRow } from '../writing/write-row.js'
import { givenParties, partyValues } from './activity-parties.js'

/**
 * Serves `PUT emails(…)/email_activity_parties`: the parties in the body take the place of those before. It counts as a
 * change of the activity.
 *
 * Source: Microsoft Learn, "Associate and disassociate table rows using the Web API".
 */
export function replaceParties(
  { service, request, table }: RowRequest,
  row: StoredRow,
  navigation: CollectionNavigation,
): ServiceResponse {
  const { body } = request
  const list = body !== null && typeof body === 'object' && 'value' in body ? body.value : undefined
  if (!Array.isArray(list)) {
    throw payloadError(
      table,
      `The body of '${navigation.name}' is an object with the member "value", a list.`,
    )
  }
  checkIfMatch(table, parseConditions(request.headers), row)
  const parties = service.schema.byLogicalName(navigation.table)
  if (parties === undefined) throw new TypeError(`There is no table '${navigation.table}'`)
  service.store.transact(() => {
    const { logicalName, primaryIdColumn } = parties
    for (const party of givenParties(service, table, row)) {
      service.store.remove(logicalName, party[primaryIdColumn] as string)
    }
    for (const party of list) {
      createWithRelated(service, parties, party, (values) => partyValues(table, row, values), 'nested')
    }
    updateRow(service, table, row, {})
  })
  return { status: 204 }
}
