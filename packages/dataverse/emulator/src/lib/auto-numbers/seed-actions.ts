import { methodNotAllowed, ServiceError } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import type { Service } from '../service.js'

type Members = Readonly<Record<string, unknown>>

/**
 * Serves `SetAutoNumberSeed` and `GetAutoNumberSeed`; `undefined` for every other request.
 *
 * Source: Microsoft Learn, "Create autonumber columns" and the Web API reference.
 */
export function seedAction(service: Service, request: ParsedRequest): ServiceResponse | undefined {
  const [name = '', ...rest] = request.segments
  if (rest.length > 0 || (name !== 'SetAutoNumberSeed' && name !== 'GetAutoNumberSeed')) return undefined
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  const { body } = request
  const members = (body !== null && typeof body === 'object' && !Buffer.isBuffer(body) ? body : {}) as Members
  const { table, column } = columnOf(service, members)
  if (name === 'GetAutoNumberSeed') {
    return jsonResponse(200, {
      '@odata.context': `${request.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.GetAutoNumberSeedResponse`,
      AutoNumberSeedValue: Number(service.autoNumbers.peek(table, column)),
    })
  }
  const { Value: value } = members
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) throw invalid("'Value' is a whole number.")
  service.store.transact(() => service.autoNumbers.seed(table, column, BigInt(value as number | bigint)))
  return { status: 204 }
}

/** Names are taken in any case: the documents' own sample writes schema names. */
function columnOf({ schema }: Service, members: Members): { table: string; column: string } {
  const { EntityName: tableName, AttributeName: columnName } = members
  const table = schema.byLogicalName(String(tableName).toLowerCase())
  const column = table?.column(String(columnName).toLowerCase())
  if (table === undefined || column?.autoNumberFormat === undefined) {
    throw invalid(`There is no autonumber column '${String(columnName)}' in a table '${String(tableName)}'.`)
  }
  return { table: table.logicalName, column: column.logicalName }
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, '0x80040203', message)
}
