import type { ColumnSchema, TableSchema } from '@deltaverse/schema'

/** The columns of a schema as a manifest tells of them: the names of options, which may be many, are left out. */
export function columnsOf({ columns }: TableSchema): readonly ColumnSchema[] {
  return columns.map((column) => {
    const { kind } = column.type
    return kind === 'enum' || kind === 'enum-set' ? { ...column, type: { kind } } : column
  })
}
