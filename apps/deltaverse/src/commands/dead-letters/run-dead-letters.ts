import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { DeadLetter } from '@deltaverse/dataverse'
import { fromNdjson } from '@deltaverse/node-streams'
import type { CommandResult } from '../../command-line/command-context.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatCount, plural } from '../../program/format-quantity.js'
import { oneLine } from '../../program/one-line.js'
import { UsageError } from '../../program/usage-error.js'
import { remarkPrefix } from '../../push/column-mapping.js'
import { escapeHtml } from '../../report/escape-html.js'
import { nameSource } from '../../sources/name-source.js'

/** Letters of one reason that are shown. */
const shownPerReason = 3

/** Lists dead letters by their reasons. */
export async function runList(path: string): Promise<CommandResult> {
  const reasons = new Map<string, { count: number; retryable: number; readonly shown: DeadLetter[] }>()
  let count = 0
  for await (const letter of readLetters(path)) {
    count += 1
    const reason = reasonOf(letter)
    const group = reasons.get(reason) ?? { count: 0, retryable: 0, shown: [] }
    group.count += 1
    if (letter.retryable === true || letter.status === 'not-run') group.retryable += 1
    if (group.shown.length < shownPerReason) group.shown.push(letter)
    reasons.set(reason, group)
  }
  const sorted = [...reasons].sort(([, a], [, b]) => b.count - a.count)
  const lines = sorted.flatMap(([reason, group]) => [
    `${formatCount(group.count)} × ${reason}${group.retryable > 0 ? ` (${formatCount(group.retryable)} may go through as they are)` : ''}`,
    ...group.shown.map((letter) => `    ${placeOf(letter)}: ${messageOf(letter)}`),
  ])
  return {
    report: {
      ok: true,
      exitCode: exitCodes.done,
      count,
      reasons: sorted.map(([reason, group]) => ({ reason, count: group.count, retryable: group.retryable })),
    },
    text: [plural(count, 'row was', 'rows were').concat(' not written'), ...lines].join('\n'),
  }
}

/** Writes dead letters as CSV or HTML. The columns of the source stay as they are; what is said about a row stands beside them. */
export async function runExport(path: string, output: string): Promise<CommandResult> {
  const isPage = output.endsWith('.html')
  if (!isPage && !output.endsWith('.csv'))
    throw new UsageError(`--output ends with .csv or .html, not "${output}"`)
  // Columns are known only when all were seen, and the file may be long: it is read twice.
  const columns = new Set<string>()
  for await (const { row } of readLetters(path)) for (const name of Object.keys(row)) columns.add(name)
  const names = [...columns]
  const file = await open(output, 'w')
  let count = 0
  try {
    await file.appendFile(
      isPage ? beginPage(names) : csvLine([...names, `${remarkPrefix}line`, `${remarkPrefix}problem`]),
    )
    for await (const letter of readLetters(path)) {
      count += 1
      const cells = [...names.map((name) => letter.row[name]), letter.place?.line, messageOf(letter)]
      await file.appendFile(isPage ? pageLine(cells) : csvLine(cells))
    }
    if (isPage) await file.appendFile('</tbody></table></body></html>\n')
    await file.sync()
  } finally {
    await file.close()
  }
  const text = `${plural(count, 'row')} in ${output}${isPage ? '' : '; once corrected, push it with the flags of the first push'}`
  return { report: { ok: true, exitCode: exitCodes.done, count, output }, text }
}

async function* readLetters(path: string): AsyncGenerator<DeadLetter, void, undefined> {
  try {
    for await (const value of nameSource(fromNdjson()(createReadStream(path)), path)) {
      const letter = value as Partial<DeadLetter> | null
      if (letter?.version !== 1 || typeof letter.row !== 'object') {
        throw new UsageError(`${path} holds something else than dead letters of this program`)
      }
      yield letter as DeadLetter
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(`there is no file ${path}`)
    throw error
  }
}

/** The kind of problem: messages differ by row, columns and codes do not. */
function reasonOf({ problems = [], status, code = status, serviceCode }: DeadLetter): string {
  const columns = [...new Set(problems.map(({ from, column }) => from ?? column))]
  return [serviceCode === undefined ? code : `${code} ${serviceCode}`, ...columns].join(', ')
}

function messageOf({ message = 'the run was stopped before this row was sent' }: DeadLetter): string {
  return oneLine(message)
}

function placeOf({ place, row }: DeadLetter): string {
  return place === undefined ? JSON.stringify(row).slice(0, 60) : `${place.file}, line ${place.line}`
}

/** RFC 4180, each value in quotes where it needs them; nothing for null, `""` for an empty text. */
function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function beginPage(names: readonly string[]): string {
  const heads = [...names, 'line', 'problem'].map((name) => `<th>${escapeHtml(name)}</th>`).join('')
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rows that were not written</title>
<style>body{font:15px/1.45 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d0d7de}td:last-child{color:#cf222e}</style>
</head><body><h1>Rows that were not written</h1><table><thead><tr>${heads}</tr></thead><tbody>
`
}

function pageLine(cells: readonly unknown[]): string {
  const shown = cells.map((cell) =>
    cell === null || cell === undefined ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell),
  )
  return `<tr>${shown.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>\n`
}
