import { Readable } from 'node:stream'
import { DataverseError } from '@deltaverse/core'
import { CsvError, parse } from 'csv-parse'
import type { RowSource, SourceRow } from './source-row.js'

export interface CsvSettings {
  readonly file: string
  readonly delimiter?: string | undefined
  /** The names of the columns, for a file without a header. */
  readonly header?: readonly string[] | undefined
}

const delimiters = [',', ';', '\t', '|'] as const

/** The longest record, in characters: what one row may cost in memory. A quote that is never closed ends here. */
const maxRecordChars = 64 * 1024 * 1024

/**
 * Rows of CSV as RFC 4180 has it, with the header read. A value that stands for nothing (unquoted, empty) is null, and `""` is an
 * empty text.
 *
 * @throws DataverseError `bad-input` that names the line, for a record with another number of values, a quote that does not end,
 *   a header with a name twice
 */
export async function readCsvRows(
  text: AsyncIterable<string>,
  { file, header, delimiter: given }: CsvSettings,
): Promise<RowSource> {
  const { head, all } = await peekLine(text)
  const delimiter = given ?? findDelimiter(head)
  const parser = Readable.from(all).compose(
    parse({
      delimiter,
      raw: true,
      relax_column_count: true,
      max_record_size: maxRecordChars,
      skip_empty_lines: true,
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    }),
  )
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<Parsed>
  const next = async (): Promise<Parsed | undefined> => {
    try {
      const step = await records.next()
      return step.done === true ? undefined : step.value
    } catch (error) {
      throw toBadInput(error, file)
    }
  }
  const columns = header ?? checkHeader((await next())?.record, file)
  async function* rows(): AsyncGenerator<SourceRow, void, undefined> {
    let line = header === undefined ? 2 : 1
    try {
      for (let parsed = await next(); parsed !== undefined; parsed = await next()) {
        const { record, raw } = parsed
        // What is passed over between two records, blank lines, is at the beginning of the next one's text.
        const begin = line + linesIn(/^[\r\n]*/.exec(raw)?.[0] ?? '')
        if (record.length !== columns.length) throw wrongLength(file, begin, columns.length, record.length)
        yield {
          values: Object.fromEntries(columns.map((name, at) => [name, record[at]])),
          place: { file, line: begin },
        }
        line += linesIn(raw)
      }
    } finally {
      await records.return?.()
    }
  }
  return {
    title: `${file}, CSV with ${nameOf(delimiter)} between ${columns.length} columns`,
    columns,
    rows: rows(),
  }
}

/** The parser counts a CR and an LF inside quotes as two lines, so they are counted here. */
function linesIn(raw: string): number {
  return raw.split(/\r\n|\n|\r/).length - 1
}

interface Parsed {
  readonly record: readonly (string | null)[]
  /** The record as it stands in the file, its line end included. */
  readonly raw: string
}

async function peekLine(
  text: AsyncIterable<string>,
): Promise<{ readonly head: string; readonly all: AsyncIterable<string> }> {
  const iterator = text[Symbol.asyncIterator]()
  let head = ''
  while (!head.includes('\n')) {
    const { value, done } = await iterator.next()
    if (done === true) break
    head += value
  }
  async function* all(): AsyncGenerator<string, void, undefined> {
    try {
      if (head !== '') yield head
      for (;;) {
        const { value, done } = await iterator.next()
        if (done === true) return
        yield value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head: head.split('\n', 1)[0] ?? '', all: all() }
}

/** The delimiter that a line has most of, outside of quotes; a comma for a line with none. */
function findDelimiter(line: string): string {
  const plain = line.replace(/"(?:[^"]|"")*"/g, '')
  const counted = delimiters.map((each) => ({ each, count: plain.split(each).length - 1 }))
  return counted.reduce((best, other) => (other.count > best.count ? other : best)).each
}

function checkHeader(record: readonly (string | null)[] | undefined, file: string): readonly string[] {
  if (record === undefined)
    throw badInput(`${file} is empty: a file of CSV begins with the names of its columns`)
  const names = record.map((name) => (name ?? '').trim())
  const empty = names.indexOf('')
  if (empty >= 0) throw badInput(`${file}, line 1: column ${empty + 1} has no name`)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw badInput(`${file}, line 1: there are two columns "${twice}"`)
  return names
}

function wrongLength(file: string, line: number, wanted: number, found: number): DataverseError {
  return badInput(
    `${file}, line ${line}: ${found} values where the header has ${wanted}. A value with a delimiter or a line end stands in quotes`,
  )
}

function toBadInput(error: unknown, file: string): unknown {
  if (!(error instanceof CsvError)) return error
  const { lines } = error as CsvError & { readonly lines?: number }
  return badInput(`${file}, line ${lines ?? 1}: ${error.message}`, error)
}

function badInput(message: string, cause?: unknown): DataverseError {
  return new DataverseError(message, { code: 'bad-input', cause })
}

function nameOf(delimiter: string): string {
  return delimiter === '\t' ? 'tabs' : `"${delimiter}"`
}
