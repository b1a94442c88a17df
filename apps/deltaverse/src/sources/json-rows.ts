import { DataverseError } from '@deltaverse/core'
import type { DeadLetter } from '@deltaverse/dataverse'
import { fromJsonArray, fromNumberedNdjson } from '@deltaverse/node-streams'
import { fromPlainRow } from '@deltaverse/values'
import { unpack } from './decode-text.js'
import { nameSource } from './name-source.js'
import type { SourceRow } from './source-row.js'

/**
 * Rows of NDJSON: plain objects, changes as our own files have them, of which the row counts, or dead letters, corrected. Numbers that JavaScript cannot
 * hold come as text with every digit.
 *
 * @throws DataverseError `bad-input` that names the line
 */
export async function* readNdjsonRows(
  bytes: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<SourceRow, void, undefined> {
  for await (const { line, value } of nameSource(fromNumberedNdjson()(unpack(bytes, file)), file)) {
    const letter = letterOf(value)
    if (letter === undefined)
      yield { values: fromPlainRow(rowOf(value, `${file}, line ${line}`)), place: { file, line } }
    // A row that was gone from its source is dealt with by the next push of that source.
    else if (letter.operation !== 'deactivate' && letter.operation !== 'delete') {
      yield { values: fromPlainRow(letter.row), place: letter.place ?? { file, line }, isLetter: true }
    }
  }
}

/** Rows of one JSON array, read element by element. @throws DataverseError `bad-input` that names the element */
export async function* readJsonRows(
  bytes: AsyncIterable<Buffer>,
  file: string,
): AsyncGenerator<SourceRow, void, undefined> {
  let line = 0
  for await (const value of nameSource(fromJsonArray()(unpack(bytes, file)), file)) {
    line += 1
    yield { values: rowOf(value, `${file}, element ${line}`), place: { file, line } }
  }
}

/** A dead letter of ours stands for its row, where that stood. */
function letterOf(value: unknown): DeadLetter | undefined {
  const { version, operation, row, status, entitySet } = (value ?? {}) as Partial<DeadLetter>
  const isLetter = [operation, status, entitySet].every((each) => typeof each === 'string')
  return version === 1 && isLetter && typeof row === 'object' ? (value as DeadLetter) : undefined
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
