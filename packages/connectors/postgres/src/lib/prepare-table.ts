import { DataverseError } from '@deltaverse/core'
import type { Bookkeeping, TableRecord } from './bookkeeping.js'
import { deletedColumn, ownColumns, type ResolvedColumn } from './column.js'
import type { Connection } from './connection.js'
import { quoteName, quoteQualified } from './identifiers.js'
import { lockKey } from './lock-key.js'
import { checkPosition, type PostgresPosition } from './position.js'
import type { ResolvedSinkOptions } from './sink-options.js'
import { compareColumns, readRelation, refuseShape, type WantedColumn } from './table-shape.js'
import { columnDefinitions, createTableSql, shadowName, type TableSql } from './table-sql.js'

/** A table that is ready to be written. */
export interface PreparedTable {
  readonly sql: TableSql
  readonly columns: readonly ResolvedColumn[]
  /** What the bookkeeping counts, so that somebody else's commit is noticed. */
  readonly commits: number
  readonly position: PostgresPosition
}

/**
 * Makes the table ready to go on at a position: creates it or adds what it lacks, where that is allowed, and compares what is
 * there with what the position says. For a transaction of its own.
 *
 * @param stateName name of the state that was loaded, where one was asked for
 */
export async function prepareTable(
  connection: Connection,
  options: ResolvedSinkOptions,
  bookkeeping: Bookkeeping,
  position: PostgresPosition | undefined,
  stateName: string | undefined,
): Promise<PreparedTable> {
  const { schema, table, resync } = options
  const shown = quoteQualified(schema, table)
  const known = position === undefined ? undefined : checkPosition(position, shown)
  // One process at a time: two that create at once would meet in the catalogue, where IF NOT EXISTS does not help.
  await connection.query('SELECT pg_advisory_xact_lock($1, $2)', [...lockKey('prepare', schema, table)])
  await makeBookkeeping(connection, options, bookkeeping)
  let record = await bookkeeping.lockTable(connection, table)
  if (stateName !== undefined) await refuseOtherOwner(connection, bookkeeping, record, stateName, shown)
  const main = await makeTable(connection, options, table)
  if (known !== undefined) checkRecord(known, record, main.created, shown)
  if (known === undefined && record === undefined && main.hasRows) throw foreignRows(shown)
  if (record === undefined || main.created) {
    await bookkeeping.addTable(connection, table)
    record = { commits: 0, owner: undefined }
  }
  const sql = createTableSql({ ...options, columns: main.columns, hasDeletedAt: main.hasDeletedAt })
  if (resync === 'at-end') {
    if (known?.reading === true) await makeTable(connection, options, shadowName(table))
    else if (known?.commit === record.commits) await connection.query(sql.dropShadow)
  }
  const start: PostgresPosition = known ?? {
    version: 1,
    commit: record.commits,
    epoch: 0,
    reading: false,
    leftovers: main.hasRows,
  }
  return { sql, columns: main.columns, commits: record.commits, position: start }
}

async function makeBookkeeping(
  connection: Connection,
  { schema, createTable }: ResolvedSinkOptions,
  bookkeeping: Bookkeeping,
): Promise<void> {
  if (await bookkeeping.isThere(connection)) return
  if (!createTable) {
    throw new DataverseError(
      `The schema ${quoteName(schema)} lacks the tables in which states and commits are kept. Create them (${bookkeeping.definitions.join('; ')}), or leave createTable at true.`,
      { code: 'sink-mismatch' },
    )
  }
  await bookkeeping.create(connection)
}

interface MadeTable {
  readonly created: boolean
  readonly columns: readonly ResolvedColumn[]
  readonly hasDeletedAt: boolean
  readonly hasRows: boolean
}

/** The table itself, or the one that a full read is collected in. */
async function makeTable(
  connection: Connection,
  options: ResolvedSinkOptions,
  table: string,
): Promise<MadeTable> {
  const { schema, columns, createTable, schemaChanges } = options
  const isMain = table === options.table
  const withDeletedAt = isMain && options.deletions === 'soft'
  const name = quoteQualified(schema, table)
  const relation = await readRelation(connection, schema, table)
  if (relation === undefined) {
    const create = `CREATE TABLE ${name} (${columnDefinitions(columns, withDeletedAt).join(', ')})`
    if (!createTable || !isMain) throw missingTable(name, isMain ? create : undefined)
    await connection.query(create)
    return { created: true, columns, hasDeletedAt: withDeletedAt, hasRows: false }
  }
  const wanted: WantedColumn[] = [
    ...Object.entries(ownColumns).map(([column, type]) => ({ column, type, own: true })),
    ...(withDeletedAt ? [{ column: deletedColumn, type: 'timestamptz' as const, own: true }] : []),
    ...columns.map(({ column, type }) => ({ column, type, own: false })),
  ]
  const comparison = compareColumns(relation, wanted)
  refuseShape(name, relation, comparison, schemaChanges)
  const { missing } = comparison
  if (schemaChanges === 'add-columns' && missing.length > 0) {
    const additions = missing.map(({ column, type }) => `ADD COLUMN ${quoteName(column)} ${type}`)
    await connection.query(`ALTER TABLE ${name} ${additions.join(', ')}`)
  }
  const absent = new Set(schemaChanges === 'ignore' ? missing.map(({ column }) => column) : [])
  const { rows } = await connection.query(`SELECT EXISTS (SELECT FROM ${name}) AS some`)
  return {
    created: false,
    columns: columns.filter(({ column }) => !absent.has(column)),
    hasDeletedAt: withDeletedAt || relation.columns.has(deletedColumn),
    hasRows: rows[0]?.some === true,
  }
}

async function refuseOtherOwner(
  connection: Connection,
  bookkeeping: Bookkeeping,
  record: TableRecord | undefined,
  stateName: string,
  shown: string,
): Promise<void> {
  const owner = record?.owner
  if (owner === undefined || owner === stateName) return
  if (!(await bookkeeping.hasState(connection, owner))) return
  throw new DataverseError(
    `The table ${shown} is kept by the sync '${owner}', so '${stateName}' cannot write to it. Give each sync a table of its own, or delete the state '${owner}' if it is no longer used.`,
    { code: 'conflict' },
  )
}

function checkRecord(
  position: PostgresPosition,
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

function missingTable(name: string, create: string | undefined): DataverseError {
  return new DataverseError(
    create === undefined
      ? `The table ${name}, in which a full read was being collected, is gone. Delete the state of this sync to start over with a full read.`
      : `There is no table ${name}. Create it (${create}), or leave createTable at true.`,
    { code: 'sink-mismatch' },
  )
}

function foreignRows(shown: string): DataverseError {
  return new DataverseError(
    `The table ${shown} holds rows that no sync has written, and they would be deleted. Name another table, or empty this one.`,
    { code: 'sink-mismatch' },
  )
}
