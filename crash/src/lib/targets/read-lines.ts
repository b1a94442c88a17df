import { gunzipSync } from 'node:zlib'
import type { Problem, VersionBook } from '@deltaverse/testing/crash'
import { checkColumnsExisted, checkExisted, type FoundRow } from '@deltaverse/testing/crash'
import { primaryKey, selections } from '../service/item-table.js'

/** A line of a file, as a change. */
export type FoundLine =
  | { readonly kind: 'row'; readonly row: FoundRow }
  | { readonly kind: 'deletion'; readonly id: string }
  | { readonly kind: 'patch'; readonly row: FoundRow }

/** Reads the lines of a file and says what is torn in it: no gzip, no whole line, no JSON, no row that the table ever held. */
export function readChangeLines(
  name: string,
  bytes: Buffer,
  book: VersionBook,
): { readonly lines: readonly FoundLine[]; readonly problems: readonly Problem[] } {
  const torn = (message: string): Problem => ({ kind: 'torn', message: `${name}: ${message}` })
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(
      name.endsWith('.gz') && bytes.length > 0 ? gunzipSync(bytes) : bytes,
    )
  } catch (error) {
    return { lines: [], problems: [torn(`cannot be read: ${(error as Error).message}`)] }
  }
  const problems: Problem[] = []
  const lines: FoundLine[] = []
  const texts = text.split('\n')
  if (texts.pop() !== '') problems.push(torn('does not end with a whole line'))
  for (const [index, each] of texts.entries()) {
    try {
      const line = parseLine(each)
      lines.push(line)
      if (line.kind === 'patch') problems.push(...checkColumnsExisted(line.row, book, name))
      if (line.kind === 'row') problems.push(...checkExisted(line.row, book, name, Object.values(selections)))
    } catch (error) {
      problems.push(torn(`line ${index + 1} is no change: ${(error as Error).message}`))
    }
  }
  return { lines, problems }
}

function parseLine(text: string): FoundLine {
  const line = JSON.parse(text) as Record<string, unknown>
  const { kind, id, rowVersion, row } = line
  if (typeof id !== 'string') throw new TypeError('it has no id')
  if (kind === 'deleted') return { kind: 'deletion', id }
  if ((kind !== 'upserted' && kind !== 'patched') || typeof row !== 'object' || row === null)
    throw new TypeError('it has no row')
  const { '@odata.etag': etag, [primaryKey]: key, ...values } = row as Record<string, unknown>
  if (key !== id || etag !== `W/"${rowVersion}"`) throw new TypeError('its row is not the one that it names')
  return { kind: kind === 'patched' ? 'patch' : 'row', row: { id, version: String(rowVersion), values } }
}
