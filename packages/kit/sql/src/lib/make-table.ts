import { DataverseError } from '@deltaverse/core'
import { deletedColumn, deletedType, ownColumns, type TableColumns } from './columns.js'
import type { SqlConnection } from './connection.js'
import { countIn, type SqlDialect } from './dialect.js'
import type { ResolvedSinkOptions } from './sink-options.js'
import { addColumn, compareColumns, refuseShape, type WantedColumn } from './table-shape.js'
import { columnDefinitions } from './table-sql.js'

/** A table that has every column it needs. */
export interface MadeTable extends TableColumns {
  /** Whether it was not there before. */
  readonly created: boolean
  readonly hasDeletedAt: boolean
  readonly hasRows: boolean
  /** Columns that it was given now. */
  readonly added: readonly string[]
}

export interface MakeTableOptions<C extends SqlConnection> {
  readonly dialect: SqlDialect<C>
  readonly connection: C
  readonly options: ResolvedSinkOptions
  readonly wanted: TableColumns
  readonly table: string
  /** Columns that the sink has written to this table before, so that one which is gone is not made anew and empty. */
  readonly written: readonly string[]
}

/** The table itself, or the one that a snapshot is collected in: created, or given what it lacks, where that is allowed. */
export async function makeTable<C extends SqlConnection>(making: MakeTableOptions<C>): Promise<MadeTable> {
  const { dialect, connection, options, wanted, table } = making
  const { types } = dialect
  const isMain = table === options.table
  const withDeletedAt = isMain && options.deletions === 'soft'
  const name = dialect.text.table(table)
  const relation = await dialect.catalogue.readRelation(connection, table)
  if (relation === undefined) {
    const create = `CREATE TABLE ${name} (${columnDefinitions(dialect, wanted, withDeletedAt).join(', ')})`
    if (!options.createTable || !isMain) throw missingTable(name, isMain ? create : undefined)
    await connection.query(create)
    return { ...wanted, created: true, hasDeletedAt: withDeletedAt, hasRows: false, added: [] }
  }
  const ids: WantedColumn = { column: 'id', type: types.of(wanted.id), own: true }
  const comparison = compareColumns(dialect, relation, [
    ids,
    ...Object.entries(ownColumns).map(([column, type]) => ({ column, type: types.of(type), own: true })),
    ...(withDeletedAt ? [{ column: deletedColumn, type: types.of(deletedType), own: true }] : []),
    ...wanted.columns.map(({ column, type }) => ({ column, type: types.of(type), own: false })),
  ])
  refuseShape(dialect, name, relation, comparison, options.schemaChanges)
  refuseLost(name, comparison.missing, making.written)
  const ignored = new Set<string>()
  if (options.schemaChanges === 'ignore') for (const { column } of comparison.missing) ignored.add(column)
  else for (const column of comparison.missing) await connection.query(addColumn(name, column))
  for (const { wanted: column } of comparison.narrow) {
    await connection.query(dialect.text.alterType(name, column.column, column.type))
  }
  const { rows } = await connection.query(
    `SELECT count(*) AS some FROM (SELECT 1 FROM ${name} LIMIT 1) AS one`,
  )
  return {
    id: wanted.id,
    columns: wanted.columns.filter(({ column }) => !ignored.has(column)),
    created: false,
    hasDeletedAt: withDeletedAt || relation.columns.has(deletedColumn),
    hasRows: countIn(rows, 'some') > 0,
    added: comparison.missing.map(({ column }) => column).filter((column) => !ignored.has(column)),
  }
}

/** A column that the sink has filled and that is gone would come back empty, and nothing would say so. */
function refuseLost(name: string, missing: readonly WantedColumn[], written: readonly string[]): void {
  const lost = missing.map(({ column }) => column).filter((column) => written.includes(column))
  if (lost.length === 0) return
  throw new DataverseError(
    `The table ${name} no longer has ${lost.map((column) => `'${column}'`).join(', ')}, which the sync has filled: dropped or renamed by somebody, and empty if it were added again. Rename it back, or delete the state of this sync to start over with a full read.`,
    { code: 'sink-mismatch' },
  )
}

function missingTable(name: string, create: string | undefined): DataverseError {
  return new DataverseError(
    create === undefined
      ? `The table ${name}, in which a snapshot was being collected, is gone. Delete the state of this sync to start over with a full read.`
      : `There is no table ${name}. Create it (${create}), or leave createTable at true.`,
    { code: 'sink-mismatch' },
  )
}
