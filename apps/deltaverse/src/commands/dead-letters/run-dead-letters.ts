import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { DeadLetter } from '@deltaverse/dataverse'
import { fromNdjson } from '@deltaverse/node-streams'
import type { CommandResult } from '../../command-line/command-context.js'
import { exitCodes } from '../../program/exit-codes.js'
import { formatCount, plural } from '../../program/format-quantity.js'
import { oneLine } from '../../program/one-line.js'
import { UsageError } from '../../program/usage-error.js'
import { remarks } from '../../push/partial-source.js'
import { nameSource } from '../../sources/name-source.js'
import { csvLine } from './letter-csv.js'
import { beginPage, endPage, pageLine } from './letter-page.js'

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
  const said = Object.values(remarks)
  const file = await open(output, 'w')
  let count = 0
  try {
    const saved = `${basename(output, '.html')}.csv`
    // Without the mark spreadsheets take the file for one of their own encoding.
    await file.appendFile(isPage ? beginPage(names, said, saved) : `\uFEFF${csvLine([...names, ...said])}`)
    for await (const letter of readLetters(path)) {
      count += 1
      const values = names.map((name) => letter.row[name])
      const about = [letter.place?.file, letter.place?.line, problemOf(letter)]
      await file.appendFile(isPage ? pageLine(values, about) : csvLine([...values, ...about]))
    }
    if (isPage) await file.appendFile(endPage())
    await file.sync()
  } finally {
    await file.close()
  }
  const text = `${plural(count, 'row')} in ${output}; once corrected, dead-letters replay it by its job, or push it with the flags of the first push`
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

/** What is wrong, each with what to do, in the words of the source. */
function problemOf(letter: DeadLetter): string {
  const { problems = [] } = letter
  if (problems.length === 0) return messageOf(letter)
  return problems
    .map(({ from, column, message, remedy }) => `${from ?? column}: ${message}; ${remedy}`)
    .join(' | ')
}

function placeOf({ place, row }: DeadLetter): string {
  return place === undefined ? JSON.stringify(row).slice(0, 60) : `${place.file}, line ${place.line}`
}
