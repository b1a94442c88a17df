import { ServiceError } from '../http/service-error.js'
import { resolveTarget, rowNotFound } from '../routes/find-row.js'
import { parseSegment } from '../routes/row-address.js'
import type { Column, SingleNavigation, Table } from '../schema/table.js'
import type { ColumnValue, LookupValue, StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { payloadError, readColumnValue } from './read-value.js'

/** What a body sets, by logical column name. */
export type RowValues = Record<string, ColumnValue>

const bindSuffix = '@odata.bind'

/**
 * Reads the body of a create or update: values are checked against their columns, binds against the rows that they
 * name. Read-only columns are left out, as the service does. `before` is the row to be updated, if there is one.
 *
 * @throws ServiceError 400 or 404 for what the service refuses.
 */
export function readBody(
  service: Service,
  table: Table,
  body: unknown,
  mode: 'create' | 'update',
  before?: StoredRow,
): RowValues {
  if (Buffer.isBuffer(body)) {
    throw new ServiceError(415, '0x80048d19', 'The Content-Type of a row is application/json.')
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw payloadError(table, 'The body is not a JSON object.')
  }
  const reading: BodyReading = { service, table, mode, before, values: {} }
  for (const [name, value] of Object.entries(body)) {
    if (name.endsWith(bindSuffix)) readBind(reading, name.slice(0, -bindSuffix.length), value)
    else if (!name.includes('@')) readProperty(reading, name, value)
  }
  return reading.values
}

interface BodyReading {
  readonly service: Service
  readonly table: Table
  readonly mode: 'create' | 'update'
  readonly before: StoredRow | undefined
  readonly values: RowValues
}

function isWritable(column: Column, mode: 'create' | 'update'): boolean {
  return mode === 'create' ? column.validForCreate : column.validForUpdate
}

function readProperty(reading: BodyReading, name: string, value: unknown): void {
  const { service, table, mode, values } = reading
  const navigation = table.navigation(name)
  if (navigation !== undefined) {
    if (navigation.kind === 'single' && value === null) {
      clearLookup(reading, navigation)
      return
    }
    throw payloadError(table, `Rows nested under '${name}' are only taken when a row is created.`)
  }
  const column = table.readProperty(name)
  if (column === undefined) {
    throw new ServiceError(
      400,
      '0x0',
      'An error occurred while validating input parameters: Microsoft.OData.ODataException: ' +
        `Invalid property '${name}' was found in entity 'Microsoft.Dynamics.CRM.${table.logicalName}'.`,
    )
  }
  if (column.isLookup) {
    throw payloadError(
      table,
      `The property '${name}' is read-only; use the navigation property with ${bindSuffix}.`,
    )
  }
  if (!isWritable(column, mode) && !column.isPrimaryId) return
  if (column.type === 'file') {
    // Documented as not possible; how it is answered is not.
    throw new ServiceError(
      400,
      '0x80040203',
      `The file column '${name}' cannot be set with its row: upload the file to the column.`,
    )
  }
  values[column.logicalName] = readColumnValue(table, column, value, service.caller.textNumbers)
}

function clearLookup({ mode, before, values }: BodyReading, { column, targets }: SingleNavigation): void {
  if (column.required) {
    throw new ServiceError(400, '0x80040203', `Attribute: ${column.logicalName} cannot be set to NULL`)
  }
  if (!isWritable(column, mode)) return
  // Of a polymorphic lookup only the property of the table now pointed at clears it.
  const held = values[column.logicalName] ?? before?.[column.logicalName] ?? null
  if (held !== null && typeof held === 'object' && !targets.includes(held.table)) return
  values[column.logicalName] = null
}

function readBind(reading: BodyReading, name: string, value: unknown): void {
  const { service, table, mode, values } = reading
  const navigation = table.navigation(name)
  if (navigation === undefined) {
    throw payloadError(
      table,
      `An undeclared property '${name}' which only has property annotations in the payload but no property value ` +
        'was found in the payload. In OData, only declared navigation properties and declared named streams can ' +
        'be represented as properties without values.',
    )
  }
  if (navigation.kind !== 'single') {
    throw payloadError(table, `A list of rows for '${name}' is only taken when a row is created.`)
  }
  if (value === null) {
    const { nullBind } = service.options
    if (nullBind === 'refused')
      throw payloadError(table, `The value of '${name}${bindSuffix}' cannot be null.`)
    if (nullBind === 'clears') clearLookup(reading, navigation)
    return
  }
  const { column } = navigation
  if (typeof value !== 'string')
    throw payloadError(table, `The value of '${name}${bindSuffix}' is not a text.`)
  if (isWritable(column, mode))
    values[column.logicalName] = resolveReference(service, table, navigation, value)
}

function resolveReference(
  service: Service,
  table: Table,
  navigation: SingleNavigation,
  reference: string,
): LookupValue {
  const relative = reference
    .replace(/^https?:\/\/[^/]+(?:\/[^/]+)?\/api\/data\/v9\.\d\//i, '')
    .replace(/^\//, '')
  const path = relative.replace(/^api\/data\/v9\.\d\//i, '')
  const { name, predicate } = parseSegment(path)
  const target = service.schema.byEntitySet(name)
  if (target === undefined || predicate === undefined || !navigation.targets.includes(target.logicalName)) {
    throw payloadError(table, `'${reference}' is not a row that '${navigation.name}' can be bound to.`)
  }
  const found = resolveTarget(service, target, predicate, 'body')
  const id = found.id
  if (id === undefined || service.store.table(target.logicalName).get(id) === undefined) {
    const { code, message } = rowNotFound(target, found)
    throw new ServiceError(service.options.missingBindStatus, code, message)
  }
  return { id, table: target.logicalName }
}
