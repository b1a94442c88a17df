import type { Change, UpsertedChange } from '@deltaverse/core'
import {
  type ColumnKind,
  type ColumnSchema,
  createExactNumbers,
  memberOf,
  type TableSchema,
  valueTexts,
} from '@deltaverse/schema'
import { type DecimalForm, deletedColumn } from './stream-schema.js'

/** Writes the record of one change as JSON, with every digit. */
export type RecordText = (change: Change, deletedAt: string) => string

const asNumber: ReadonlySet<ColumnKind> = new Set(['int32', 'int64', 'enum', 'double', 'boolean'])
/** Kinds whose numbers a double may have rounded. */
const exactKinds: ReadonlySet<ColumnKind> = new Set(['int64', 'decimal'])

/** Creates the writer of records of a table. */
export function createRecordText(schema: TableSchema, decimals: DecimalForm): RecordText {
  const columns = schema.columns.map((column) => ({
    column,
    member: memberOf(column),
    head: `${JSON.stringify(column.name)}:`,
    isBare: asNumber.has(column.type.kind) || (column.type.kind === 'decimal' && decimals === 'number'),
  }))

  function upserted(change: UpsertedChange): string {
    let exact: ReturnType<typeof createExactNumbers> | undefined
    const members = columns.map(({ column, member, head, isBare }) => {
      let value = change.row[member]
      if (value === null || value === undefined) return `${head}null`
      if (typeof value === 'number' && exactKinds.has(column.type.kind)) {
        exact ??= createExactNumbers(change.bytes)
        value = exact(member, value)
      }
      const text = valueTexts[column.type.kind](value)
      if (typeof text !== 'string') throw badValue(change.id, column, text.fault)
      return head + (isBare ? withoutZeros(text) : JSON.stringify(text))
    })
    return `{${members.join(',')},"${deletedColumn}":null}`
  }

  return (change, deletedAt) => {
    if (change.kind === 'upserted') return upserted(change)
    const keys = keysOf(schema, change.id)
    const members = columns.map(({ column, head }) => head + JSON.stringify(keys.get(column.name) ?? null))
    return `{${members.join(',')},"${deletedColumn}":${JSON.stringify(deletedAt)}}`
  }
}

/** JSON has no numbers that begin with a zero and go on. */
function withoutZeros(text: string): string {
  return text.replace(/^(-?)0+(?=\d)/, '$1')
}

/** Of a row that is gone its id is told: one value, or several with commas between them. */
function keysOf({ primaryKey }: TableSchema, id: string): ReadonlyMap<string, string> {
  const [only, ...others] = primaryKey
  if (only !== undefined && others.length === 0) return new Map([[only, id]])
  const parts = id.split(',').map(decodeURIComponent)
  return new Map(primaryKey.flatMap((name, at) => (parts[at] === undefined ? [] : [[name, parts[at]]])))
}

function badValue(id: string, { name }: ColumnSchema, why: string): TypeError {
  return new TypeError(
    `The row ${id} cannot be written as a record: its column '${name}' ${why}. Leave the column out of the catalog, or mend the row`,
  )
}
