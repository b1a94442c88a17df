import type { ColumnType, TableSchema } from '@deltaverse/schema'
import type { JsonObjectSchema, PropertySchema } from './json-object-schema.js'

/**
 * How decimals go: as text that keeps every digit and says so (`format: x-singer.decimal`, which targets of Meltano's SDK make decimals
 * of, and others text), or as a number of JSON, which several targets keep as a double.
 */
export type DecimalForm = 'text' | 'number'

/** A column that a record has when its row is gone: since when. What taps that follow a log have agreed on. */
export const deletedColumn = '_sdc_deleted_at'

/** What a table is, in the words of Singer. */
export interface StreamSchema {
  readonly schema: JsonObjectSchema
  readonly keyProperties: readonly string[]
}

/**
 * The JSON Schema of a table's records. Every column but those of the key may be null, as a record of a deletion has nothing else. Whole
 * numbers say their ends, since targets choose the width of a column by them (those of 64 bits as `bigint`: write it with
 * `formatExactJson()`); there are no alternatives of types, which many refuse.
 */
export function streamSchema({ columns, primaryKey }: TableSchema, decimals: DecimalForm): StreamSchema {
  const properties = Object.fromEntries(
    columns.map(({ name, type }) => [name, propertyOf(type, primaryKey.includes(name), decimals)]),
  )
  return {
    schema: {
      type: 'object',
      properties: { ...properties, [deletedColumn]: { type: ['null', 'string'], format: 'date-time' } },
    },
    keyProperties: primaryKey,
  }
}

function propertyOf(column: ColumnType, isKey: boolean, decimals: DecimalForm): PropertySchema {
  const { type, ...rest } = formOf(column, decimals)
  return { type: isKey ? [type] : ['null', type], ...rest }
}

function formOf(column: ColumnType, decimals: DecimalForm): PropertySchema & { readonly type: string } {
  switch (column.kind) {
    case 'int32':
    case 'enum':
      return { type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_647 }
    case 'int64':
      return { type: 'integer', minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n }
    case 'decimal':
      return decimals === 'number' ? { type: 'number' } : { type: 'string', ...decimalFormat(column) }
    case 'double':
      return { type: 'number' }
    case 'boolean':
      return { type: 'boolean' }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'timestamptz':
      return { type: 'string', format: 'date-time' }
    case 'uuid':
      return { type: 'string', format: 'uuid' }
    case 'binary':
      return { type: 'string', contentEncoding: 'base64' }
    case 'text':
    case 'timestamp':
    case 'enum-set':
    case 'json':
      // A clock's time of no zone is text: as a date-time it would have to have one.
      return { type: 'string' }
  }
}

function decimalFormat({
  precision,
  scale,
}: {
  readonly precision?: number
  readonly scale?: number
}): PropertySchema {
  return { format: 'x-singer.decimal', ...(precision === undefined ? {} : { precision, scale: scale ?? 0 }) }
}
