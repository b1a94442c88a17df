import { notEmulated, ServiceError } from '../http/service-error.js'
import { resolveTarget, rowNotFound } from '../routes/find-row.js'
import { parseSegment } from '../routes/row-address.js'
import type { SingleNavigation, Table } from '../schema/table.js'
import type { ColumnValue, LookupValue } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { payloadError, readColumnValue } from './read-value.js'

/** What a body sets, by logical column name. */
export type RowValues = Record<string, ColumnValue>

const bindSuffix = '@odata.bind'

/**
 * Reads the body of a create or update: values are checked against their columns, binds against the rows that they
 * name. Read-only columns are left out, as the service does.
 *
 * @throws ServiceError 400 or 404 for what the service refuses.
 */
export function readBody(
  service: Service,
  table: Table,
  body: unknown,
  mode: 'create' | 'update',
): RowValues {
  if (Buffer.isBuffer(body)) {
    throw new ServiceError(415, '0x80048d19', 'The Content-Type of a row is application/json.')
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw payloadError(table, 'The body is not a JSON object.')
  }
  const values: RowValues = {}
  for (const [name, value] of Object.entries(body)) {
    if (name.endsWith(bindSuffix)) {
      readBind(service, table, name.slice(0, -bindSuffix.length), value, values, mode)
    } else if (!name.includes('@')) {
      readProperty(table, name, value, values, mode)
    }
  }
  return values
}

function readProperty(
  table: Table,
  name: string,
  value: unknown,
  values: RowValues,
  mode: 'create' | 'update',
): void {
  const navigation = table.navigation(name)
  if (navigation !== undefined) {
    if (navigation.kind === 'single' && value === null) {
      clearLookup(table, navigation, values)
      return
    }
    throw notEmulated(`deep insert (navigation property '${name}' with rows in the body)`)
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
  const writable = mode === 'create' ? column.validForCreate : column.validForUpdate
  if (!writable && !column.isPrimaryId) return
  values[column.logicalName] = readColumnValue(table, column, value)
}

function clearLookup(table: Table, { column, name }: SingleNavigation, values: RowValues): void {
  if (column.required) {
    throw new ServiceError(400, '0x80040203', `Attribute: ${column.logicalName} cannot be set to NULL`)
  }
  if (!column.validForUpdate) return
  // Of a polymorphic lookup's properties the one that is set wins over those that are cleared.
  const set = values[column.logicalName]
  if (set !== undefined && set !== null) return
  if (table.navigation(name) !== undefined) values[column.logicalName] = null
}

function readBind(
  service: Service,
  table: Table,
  name: string,
  value: unknown,
  values: RowValues,
  mode: 'create' | 'update',
): void {
  const navigation = table.navigation(name)
  if (navigation === undefined) {
    throw payloadError(
      table,
      `An undeclared property '${name}' which only has property annotations in the payload but no property value ` +
        'was found in the payload. In OData, only declared navigation properties and declared named streams can ' +
        'be represented as properties without values.',
    )
  }
  if (navigation.kind === 'collection') throw notEmulated(`binding the collection '${name}'`)
  if (value === null) {
    clearLookup(table, navigation, values)
    return
  }
  const { column } = navigation
  if (typeof value !== 'string')
    throw payloadError(table, `The value of '${name}${bindSuffix}' is not a text.`)
  const writable = mode === 'create' ? column.validForCreate : column.validForUpdate
  if (writable) values[column.logicalName] = resolveReference(service, table, navigation, value)
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
