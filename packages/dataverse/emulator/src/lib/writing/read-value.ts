import { ServiceError } from '../http/service-error.js'
import { isGuid } from '../ids.js'
import type { Column, Table } from '../schema/table.js'
import type { ColumnValue } from '../schema/table-definition.js'

/** 400 as the service answers to a body that it cannot read. */
export function payloadError(table: Table, detail: string): ServiceError {
  return new ServiceError(
    400,
    '0x80048d19',
    `Error identified in Payload provided by the user for Entity :'${table.entitySetName}', ` +
      `----> InnerException : Microsoft.OData.ODataException: ${detail}`,
  )
}

/**
 * Turns a JSON value into what the column stores.
 *
 * @param textNumbers whether decimals and 64-bit integers are texts. Default: `false`.
 * @throws ServiceError 400 when it is of another type, too long, out of range or no option.
 */
export function readColumnValue(
  table: Table,
  column: Column,
  value: unknown,
  textNumbers = false,
): ColumnValue {
  if (value === null || value === undefined) {
    if (column.required) {
      throw new ServiceError(400, '0x80040203', `Attribute: ${column.logicalName} cannot be set to NULL`)
    }
    return null
  }
  switch (column.type) {
    case 'string':
    case 'memo':
      return textValue(table, column, value)
    case 'uniqueidentifier':
      if (typeof value !== 'string' || !isGuid(value)) throw wrongType(table, column, value, 'Edm.Guid')
      return value.toLowerCase()
    case 'integer':
      return numberValue(table, column, value, 'Edm.Int32')
    case 'bigint':
      return bigIntegerValue(table, column, exactNumber(table, column, value, 'Edm.Int64', textNumbers))
    case 'decimal':
    case 'money':
      return numberValue(
        table,
        column,
        exactNumber(table, column, value, 'Edm.Decimal', textNumbers),
        'Edm.Decimal',
      )
    case 'double':
      return numberValue(table, column, value, 'Edm.Double')
    case 'boolean':
      // Taken as text as well: Microsoft's own client sends it so (seen in its source).
      if (value === 'true' || value === 'false') return value === 'true'
      if (typeof value !== 'boolean') throw wrongType(table, column, value, 'Edm.Boolean')
      return value
    case 'multiselectpicklist':
      return choicesValue(table, column, value)
    case 'picklist':
      return optionValue(table, column, optionNumber(value))
    case 'state':
    case 'status':
      return numberValue(table, column, optionNumber(value), 'Edm.Int32')
    case 'datetime':
      return dateValue(table, column, value)
    case 'managedproperty':
      if (typeof value !== 'object' || !('Value' in value) || typeof value.Value !== 'boolean') {
        throw wrongType(table, column, value, 'Microsoft.Dynamics.CRM.BooleanManagedProperty')
      }
      return value.Value
    case 'image':
      if (typeof value !== 'string' || !base64.test(value))
        throw wrongType(table, column, value, 'Edm.Binary')
      return value
    default:
      throw payloadError(table, `The property '${column.wireName}' is read-only; use @odata.bind.`)
  }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function wrongType(table: Table, column: Column, value: unknown, type: string): ServiceError {
  const shown = typeof value === 'object' ? 'an object' : `'${String(value)}'`
  return payloadError(
    table,
    `Cannot convert ${shown} of property '${column.wireName}' to the expected type '${type}'.`,
  )
}

// Every text is checked against XML 1.0 (Microsoft Learn: invalid characters in a field); half a surrogate pair is none of it.
const notXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

function badCharacter({ logicalName }: Column, character: string): ServiceError {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')
  return new ServiceError(
    400,
    '0x80040278',
    `Invalid character in field '${logicalName}': hexadecimal value 0x${code}, is an invalid character.`,
  )
}

function textValue(table: Table, column: Column, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(table, column, value, 'Edm.String')
  const bad = notXml.exec(value)?.[0]
  if (bad !== undefined) throw badCharacter(column, bad)
  if (column.maxLength !== undefined && value.length > column.maxLength) {
    throw new ServiceError(
      400,
      '0x80044331',
      `A validation error occurred. The length of the '${column.logicalName}' attribute of the ` +
        `'${table.logicalName}' entity exceeded the maximum allowed length of '${column.maxLength}'.`,
    )
  }
  return value
}

/** The number behind the text of a body with `IEEE754Compatible=true`; without that, the number that the body holds. */
function exactNumber(
  table: Table,
  column: Column,
  value: unknown,
  type: 'Edm.Int64' | 'Edm.Decimal',
  textNumbers: boolean,
): unknown {
  if ((typeof value === 'string') !== textNumbers) {
    throw payloadError(
      table,
      `Cannot convert a value to target type '${type}' because of conflict between input format string/number and ` +
        `parameter 'IEEE754Compatible' false/true. (${column.wireName})`,
    )
  }
  if (typeof value !== 'string') return value
  if (type === 'Edm.Int64') return /^-?\d{1,19}$/.test(value) ? BigInt(value) : value
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value) && Number.isFinite(Number(value))
    ? Number(value)
    : value
}

function bigIntegerValue(table: Table, column: Column, value: unknown): bigint {
  const integer = Number.isSafeInteger(value) ? BigInt(value as number) : value
  if (typeof integer !== 'bigint' || BigInt.asIntN(64, integer) !== integer) {
    throw wrongType(table, column, value, 'Edm.Int64')
  }
  return integer
}

function numberValue(table: Table, column: Column, value: unknown, type: string): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || (type === 'Edm.Int32' && !Number.isInteger(number))) {
    throw wrongType(table, column, value, type)
  }
  const { minValue, maxValue } = column
  if ((minValue !== undefined && number < minValue) || (maxValue !== undefined && number > maxValue)) {
    throw outOfRange(table, column, number)
  }
  return number
}

function outOfRange(table: Table, column: Column, value: number): ServiceError {
  const code = column.minValue !== undefined && value < column.minValue ? '0x8004432F' : '0x80044330'
  return new ServiceError(
    400,
    code,
    `A validation error occurred. The value of '${column.logicalName}' on record of type ` +
      `'${table.logicalName}' is outside the valid range.`,
  )
}

/** Options come as text, too: Microsoft's own client sends them so (seen in its source). */
function optionNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value
}

function optionValue(table: Table, column: Column, value: unknown): number {
  const number = numberValue(table, column, value, 'Edm.Int32')
  checkOption(table, column, number)
  return number
}

function checkOption(table: Table, column: Column, value: number): void {
  if (column.options.length === 0 || column.options.some((option) => option.value === value)) return
  throw new ServiceError(
    400,
    '0x8004431A',
    `A validation error occurred. The value ${value} of '${column.logicalName}' on record of type ` +
      `'${table.logicalName}' is outside the valid range. Accepted Values: ` +
      column.options.map((option) => option.value).join(','),
  )
}

function choicesValue(table: Table, column: Column, value: unknown): string {
  if (typeof value !== 'string' || !/^\s*\d+\s*(,\s*\d+\s*)*$/.test(value)) {
    throw wrongType(table, column, value, 'Edm.String')
  }
  const values = value.split(',').map((each) => Number(each))
  for (const each of values) checkOption(table, column, each)
  return values.join(',')
}

const dateOnly = /^\d{4}-\d\d-\d\d$/
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

function dateValue(table: Table, column: Column, value: unknown): string {
  const wantsDay = column.dateTimeBehavior === 'DateOnly'
  const type = wantsDay ? 'Edm.Date' : 'Edm.DateTimeOffset'
  const shape = wantsDay ? dateOnly : dateTime
  if (typeof value !== 'string' || !shape.test(value)) throw wrongType(table, column, value, type)
  const at = Date.parse(value)
  if (Number.isNaN(at) || (wantsDay && new Date(at).toISOString().slice(0, 10) !== value)) {
    throw wrongType(table, column, value, type)
  }
  if (Number(value.slice(0, 4)) < 1753) {
    throw new ServiceError(400, '0x80040239', 'DateTime is less than minimum value supported by CrmDateTime.')
  }
  return wantsDay ? value : `${new Date(at).toISOString().slice(0, 19)}Z`
}
