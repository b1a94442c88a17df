import Table from 'cli-table3'
import { formatBytes, formatCount, formatSeconds } from '../program/format-quantity.js'
import type { ReadFigures } from './table-report.js'

/** A line of the closing table: a title and what that read took, or why it did not come to its end. */
export interface ClosingLine {
  readonly title: string
  readonly figures: ReadFigures
  readonly failed?: boolean
}

const head = ['', 'rows', 'deletions', 'pages', 'requests', 'bytes', 'seconds']

export function formatClosingTable(lines: readonly ClosingLine[]): string {
  const table = new Table({
    head,
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { title, figures, failed } of lines) {
    const { rows, deletions, pages, requests, bytes, seconds } = figures
    table.push([
      failed === true ? `${title} (failed)` : title,
      ...[rows, deletions, pages, requests].map(formatCount),
      formatBytes(bytes),
      formatSeconds(seconds),
    ])
  }
  return table.toString()
}
