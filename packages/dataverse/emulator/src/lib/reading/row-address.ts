import type { ParsedRequest } from '../http/service-response.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'

/** The absolute address of a row, as `@odata.id` holds it. */
export function rowAddress(
  { serviceRoot }: Pick<ParsedRequest, 'serviceRoot'>,
  table: Table,
  row: StoredRow,
): string {
  return `${serviceRoot}/${table.entitySetName}(${String(row[table.primaryIdColumn])})`
}
