import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { DataverseError } from '@deltaverse/core'
import { UsageError } from '../program/usage-error.js'
import { readCsvRows } from './csv-rows.js'
import { decodeText } from './decode-text.js'
import { readJsonRows, readNdjsonRows } from './json-rows.js'
import type { RowSource } from './source-row.js'
import type { SourceFormat, SourceSettings } from './source-settings.js'

/**
 * Begins to read a source. It holds a piece of the file at a time, however long it is; `.gz` is unpacked on the way.
 *
 * @throws UsageError where the format cannot be told; DataverseError `bad-input` for a file that cannot be read, with its place
 */
export async function openSource(settings: SourceSettings, signal: AbortSignal): Promise<RowSource> {
  const format = settings.format ?? formatOf(settings.path)
  const file = settings.path === '-' ? 'stdin' : settings.path
  const bytes = openBytes(settings.path, signal)
  if (format === 'csv')
    return await readCsvRows(decodeText(bytes, file, settings.encoding), { ...settings, file })
  const read = format === 'json' ? readJsonRows : readNdjsonRows
  return { title: `${file}, ${format === 'json' ? 'JSON' : 'NDJSON'}`, rows: read(bytes, file) }
}

function openBytes(path: string, signal: AbortSignal): AsyncIterable<Buffer> {
  const input: Readable = path === '-' ? process.stdin : createReadStream(path, { signal })
  return readBytes(input, path)
}

async function* readBytes(input: Readable, path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* input as AsyncIterable<Buffer>
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    throw new DataverseError(`${path} cannot be read: ${(error as Error).message}`, {
      code: 'bad-input',
      cause: error,
    })
  }
}

const endings: readonly (readonly [ending: string, format: SourceFormat])[] = [
  ['.csv', 'csv'],
  ['.tsv', 'csv'],
  ['.txt', 'csv'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
  ['.json', 'json'],
]

function formatOf(path: string): SourceFormat {
  const name = basename(path).toLowerCase().replace(/\.gz$/, '')
  const format = endings.find(([ending]) => name.endsWith(ending))?.[1]
  if (format !== undefined) return format
  const what = path === '-' ? 'of standard input' : `of ${path}`
  throw new UsageError(`the format ${what} cannot be told from its name: add --format csv, ndjson or json`)
}
