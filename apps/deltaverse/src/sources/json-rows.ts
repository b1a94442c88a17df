import { DataverseError } from '@deltaverse/core'
import { fromJsonArray, fromNumberedNdjson } from '@deltaverse/node-streams'
import { unpack } from './decode-text.js'
import type { SourceRow } from './source-row.js'

/**
 * Rows of NDJSON: plain objects, or changes as our own files have them, of which the row counts. Numbers that JavaScript cannot
 * hold come as text with every digit.
 *
 * @throws DataverseError `bad-input` that names the line
 */
export async function* readNdjsonRows(
  bytes: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<SourceRow, void, undefined> {
  for await (const { line, value } of fromNumberedNdjson()(unpack(bytes, file))) {
    yield { values: rowOf(value, `${file}, line ${line}`), place: { file, line } }
  }
}

/** Rows of one JSON array, read element by element. @throws DataverseError `bad-input` that names the element */
export async function* readJsonRows(
  bytes: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<SourceRow, void, undefined> {
  let line = 0
  for await (const value of fromJsonArray()(unpack(bytes, file))) {
    line += 1
    yield { values: rowOf(value, `${file}, element ${line}`), place: { file, line } }
  }
}

function rowOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataverseError(`${place}: a row is an object, not ${JSON.stringify(value)?.slice(0, 40)}`, {
      code: 'bad-input',
    })
  }
  const { kind, row } = value as { kind?: unknown; row?: unknown }
  if (kind === 'upserted' && typeof row === 'object' && row !== null) return row as Record<string, unknown>
  return value as Record<string, unknown>
}
