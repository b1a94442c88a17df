import { formatClosingTable } from '../../report/closing-table.js'
import type { TableOutcome, TablesReport } from '../../report/table-outcome.js'

/** What a pull did, for people: a line for each table, where its files are, and what went wrong. */
export function formatPull({ tables }: TablesReport): string {
  const lines = tables.map((table) => ({
    title: table.read === undefined ? table.table : `${table.table}, ${String(table.read)}`,
    figures: {
      rows: table.upserted,
      deletions: table.deleted,
      pages: numberOf(table.pages),
      requests: table.requests,
      bytes: numberOf(table.bytes),
      seconds: table.seconds,
    },
    failed: table.error !== undefined,
  }))
  return [formatClosingTable(lines), ...tables.flatMap(placeOf), ...tables.flatMap(failureOf)].join('\n')
}

function placeOf({ table, files, upserted, deleted }: TableOutcome): string[] {
  const last = files.at(-1)
  if (last === undefined) return []
  if (upserted + deleted === 0) return [`${table}: nothing changed; its rows are in ${last}`]
  return [`${table}: ${files.length === 1 ? last : `${files[0]} to ${last}`}`]
}

function failureOf({ table, error }: TableOutcome): string[] {
  return error === undefined ? [] : [`${table} failed: ${error.message}`]
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
