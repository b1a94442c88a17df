import { DataverseError } from '@deltaverse/core'
import type { Bookkeeping, TableRecord } from './bookkeeping.js'
import type { ResolvedColumn, TableColumns } from './columns.js'
import type { SqlConnection } from './connection.js'
import type { SqlDialect } from './dialect.js'
import { type MadeTable, makeTable } from './make-table.js'
import { checkPosition, type SqlPosition } from './position.js'
import type { ResolvedSinkOptions } from './sink-options.js'
import { createTableSql, shadowName, type TableSql } from './table-sql.js'

/** A table that is ready to be written. */
export interface PreparedTable extends TableColumns {
  readonly sql: TableSql
  /** What the bookkeeping counts, so that somebody else's commit is noticed. */
  readonly commits: number
  readonly position: SqlPosition
  /** Columns that rows of the table have nothing of, as nobody has written them yet. */
  readonly unfilled: readonly ResolvedColumn[]
  /** Columns that rows have, each with the commit from which on. */
  readonly filled: ReadonlyMap<string, number>
}

export interface PrepareTableOptions<C extends SqlConnection> {
  readonly dialect: SqlDialect<C>
  readonly connection: C
  readonly options: ResolvedSinkOptions
  readonly columns: TableColumns
  readonly bookkeeping: Bookkeeping<C>
  readonly position: SqlPosition | undefined
  /** Name of the state that was loaded, where one was asked for. */
  readonly stateName: string | undefined
  /** Whether somebody fills columns that are made anew. */
  readonly mayRefill: boolean
}

/**
 * Makes the table ready to go on at a position: creates it or adds what it lacks, where that is allowed, and compares what is
 * there with what the position says. For a transaction of its own.
 */
export async function prepareTable<C extends SqlConnection>(
  preparing: PrepareTableOptions<C>,
): Promise<PreparedTable> {
  const { dialect, connection, options, columns: wanted, bookkeeping, position } = preparing
  const { table, resync } = options
  const shown = dialect.text.table(table)
  const known = position === undefined ? undefined : checkPosition(position, dialect.name, shown)
  // One process at a time: two that create at once would meet in the catalogue, where IF NOT EXISTS does not help.
  await dialect.catalogue.lock(connection, 'prepare', table)
  await makeBookkeeping(preparing)
  const found = await bookkeeping.lockTable(connection, table)
  await refuseOtherOwner(preparing, found, shown)
  const isWatched = known !== undefined && !(preparing.mayRefill && refills(options))
  const written = isWatched ? [...(found?.columns?.keys() ?? [])] : []
  const main = await makeTable({ dialect, connection, options, wanted, table, written })
  if (known !== undefined) checkRecord(known, found, main.created, shown)
  if (known === undefined && found === undefined && main.hasRows) throw foreignRows(shown)
  const record = await keepRecord(preparing, found, main, known)
  const shape = { ...main, table, deletions: options.deletions }
  const sql = createTableSql(dialect, shape)
  if (resync === 'at-end') {
    const shadow = shadowName(dialect, table)
    if (known?.reading === true) {
      await makeTable({ dialect, connection, options, wanted: main, table: shadow, written: [] })
    } else if (known?.commit === record.commits) await connection.query(sql.dropShadow)
  }
  const start: SqlPosition = known ?? {
    version: 1,
    commit: record.commits,
    epoch: 0,
    reading: false,
    leftovers: main.hasRows,
  }
  const { commits, columns: filled } = record
  const unfilled = main.columns.filter(({ column }) => !filled.has(column))
  return { sql, id: main.id, columns: main.columns, commits, position: start, unfilled, filled }
}

async function makeBookkeeping<C extends SqlConnection>({
  connection,
  options,
  bookkeeping,
}: PrepareTableOptions<C>): Promise<void> {
  if (await bookkeeping.isThere(connection)) return
  if (!options.createTable) {
    throw new DataverseError(
      `There are no tables in which states and commits are kept. Create them (${bookkeeping.definitions.join('; ')}), or leave createTable at true.`,
      { code: 'sink-mismatch' },
    )
  }
  await bookkeeping.create(connection)
}

/** Whether a column that is missing is made anew. */
function refills({ schemaChanges }: ResolvedSinkOptions): boolean {
  return schemaChanges === 'add' || schemaChanges === 'widen'
}

/** Begins a record where there is none, and keeps in it which columns every row has. */
async function keepRecord<C extends SqlConnection>(
  { connection, bookkeeping, options: { table } }: PrepareTableOptions<C>,
  found: TableRecord | undefined,
  main: MadeTable,
  known: SqlPosition | undefined,
): Promise<TableRecord & { readonly columns: ReadonlyMap<string, number> }> {
  const names = main.columns.map(({ column }) => column)
  let record = found
  if (record === undefined || main.created) {
    await bookkeeping.addTable(connection, table)
    record = { commits: 0, owner: undefined, columns: undefined }
  }
  const recorded = record.columns
  const isFilled = (name: string): boolean => {
    if (known === undefined || !main.hasRows || recorded === undefined) return true
    const since = recorded.get(name)
    return since !== undefined && since <= known.commit && !main.added.includes(name)
  }
  const columns = new Map(names.filter(isFilled).map((name) => [name, recorded?.get(name) ?? 0]))
  if (!isSame(columns, recorded)) await bookkeeping.setColumns(connection, table, columns)
  return { ...record, columns }
}

function isSame(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number> | undefined): boolean {
  return JSON.stringify([...one]) === JSON.stringify([...(other ?? [])])
}

async function refuseOtherOwner<C extends SqlConnection>(
  { connection, bookkeeping, stateName }: PrepareTableOptions<C>,
  record: TableRecord | undefined,
  shown: string,
): Promise<void> {
  const owner = record?.owner
  if (stateName === undefined || owner === undefined || owner === stateName) return
  if (!(await bookkeeping.hasState(connection, owner))) return
  throw new DataverseError(
    `The table ${shown} is kept by the sync '${owner}', so '${stateName}' cannot write to it. Give each sync a table of its own, or delete the state '${owner}' if it is no longer used.`,
    { code: 'conflict' },
  )
}

function checkRecord(
  position: SqlPosition,
  record: TableRecord | undefined,
  created: boolean,
  shown: string,
): void {
  const startOver = 'Delete the state of this sync to start over with a full read.'
  if (created || record === undefined) {
    const what = created ? 'it was not there' : 'it is not known as the table of a sync'
    throw new DataverseError(
      `The saved state says that the table ${shown} holds rows, but ${what}. Put it back from a copy. ${startOver}`,
      { code: 'sink-mismatch' },
    )
  }
  if (position.commit <= record.commits) return
  throw new DataverseError(
    `The saved state says that ${position.commit} commits reached the table ${shown}, and it knows of ${record.commits}: it was put back from an older copy. Put the state back as well. ${startOver}`,
    { code: 'sink-mismatch' },
  )
}

function foreignRows(shown: string): DataverseError {
  return new DataverseError(
    `The table ${shown} holds rows that no sync has written, and they would be deleted. Name another table, or empty this one.`,
    { code: 'sink-mismatch' },
  )
}
