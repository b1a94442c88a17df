import type { RowTranslation } from '@deltaverse/dataverse'
import type { ColumnMapping } from './column-mapping.js'

/** How the writer is told of a mapping. */
export function toColumns(mapping: readonly ColumnMapping[]): NonNullable<RowTranslation['columns']> {
  return Object.fromEntries(mapping.map(({ column, ...rest }) => [column, toTranslation(rest)]))
}

function toTranslation({
  find,
  ...rest
}: Omit<ColumnMapping, 'column'>): NonNullable<RowTranslation['columns']>[string] {
  return find === undefined ? rest : { ...rest, find: `${find.table}.${find.column}` }
}
