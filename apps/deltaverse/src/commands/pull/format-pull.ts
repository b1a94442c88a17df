import { formatBytes, plural } from '../../program/format-quantity.js'
import { formatClosingTable } from '../../report/closing-table.js'
import { formatRequests } from '../../report/request-kinds.js'
import type { TableOutcome, TablesReport } from '../../report/table-outcome.js'

/** What a pull did, for people: a line for each table, the files that it wrote, why there were so many requests, and what went wrong. */
export function formatPull({ tables, requests }: TablesReport & { readonly requests: number }): string {
  const ofTables = tables.reduce((sum, table) => sum + table.requests, 0)
  const before = requests - ofTables
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
  return [
    formatClosingTable(lines),
    ...tables.flatMap(filesOf),
    ...tables.flatMap(requestsOf),
    ...(before > 0 ? [`before that, ${plural(before, 'request')} to look up what was asked for`] : []),
    ...tables.flatMap(failureOf),
  ].join('\n')
}

function filesOf({ table, files, bytes, bytesOnDisk, upserted, deleted, error }: TableOutcome): string[] {
  const [first] = files
  if (first === undefined)
    return upserted + deleted === 0 && error === undefined ? [`${table}: nothing changed`] : []
  const named = files.length <= 3 ? files.join(', ') : `${first} to ${files.at(-1)}, ${files.length} files`
  const onDisk = bytesOnDisk === undefined ? '' : `, ${formatBytes(bytesOnDisk)} on the disk`
  return [`${table}: ${named}; ${formatBytes(numberOf(bytes))} came over the wire${onDisk}`]
}

function requestsOf({ table, requests, requestKinds, pages }: TableOutcome): string[] {
  return requestKinds === undefined || requests === 0
    ? []
    : [`${table}: ${formatRequests(requestKinds, numberOf(pages))}`]
}

function failureOf({ table, error }: TableOutcome): string[] {
  return error === undefined ? [] : [`${table} failed: ${error.message}`]
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
