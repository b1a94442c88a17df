import { formatCount, plural } from '../../program/format-quantity.js'
import { formatRequests } from '../../report/request-kinds.js'
import type { TableOutcome, TablesReport } from '../../report/table-outcome.js'

/** What a push did, for people. */
export function formatPush({ tables }: TablesReport): string {
  return tables.flatMap(formatTable).join('\n')
}

function formatTable(outcome: TableOutcome): string[] {
  const { table, rows, requests, requestKinds, writes, seconds, deadLetters, withheld, failed } = outcome
  const done = (['created', 'updated', 'upserted', 'unchanged', 'deactivated', 'deleted', 'failed'] as const)
    .filter((what) => outcome[what] > 0)
    .map((what) => `${formatCount(outcome[what])} ${what}`)
  const lines = [
    `${table}: ${plural(rows, 'row')}: ${done.join(', ') || 'nothing to do'}`,
    `${requestKinds === undefined ? plural(requests, 'request') : formatRequests(requestKinds)}; ${formatCount(writes)} of them may have written; ${seconds.toFixed(1)} s`,
  ]
  if (typeof withheld === 'string') lines.push(withheld)
  if (failed > 0) {
    lines.push(
      typeof deadLetters === 'string'
        ? `rows that were not written: ${deadLetters}`
        : 'add --dead-letters letters.ndjson to keep the rows that are not written',
    )
  }
  return lines
}
