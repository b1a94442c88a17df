import type { Change } from '@deltaverse/core'
import { parseExactJson } from '@deltaverse/schema'
import { compactJsonInPlace } from './compact-json.js'
import type { Format, RecordHead, WrittenChange, WrittenPatch, WrittenRow } from './format.js'
import { mergeJsonObjects } from './merge-json-objects.js'
import { splitLines } from './split-lines.js'

/**
 * NDJSON: each change a line, `{"kind":"upserted","table":"…","id":"…","rowVersion":"…","row":{…}}` or
 * `{"kind":"deleted","table":"…","id":"…"}`; and `{"kind":"patched",…,"row":{…}}` for columns that come later, with these
 * columns alone. {@link changeLineSchema} describes all three.
 */
export const ndjson: Format = {
  extension: 'ndjson',
  needsSchema: false,
  changes: () => ({ header: Buffer.alloc(0), write: formatChangeLines }),
  patches: (rows) => formatLines(rows, 'patched'),
  split: () => splitLines(),
  readHeads: () => readLineHead,
  readChanges: () => readChangeLine,
}

/** NDJSON of which a file of rows holds the rows alone, `{…}`, byte for byte as they came. */
export const ndjsonRows: Format = {
  ...ndjson,
  dialect: { lines: 'rows' },
  rows: () => ({ header: Buffer.alloc(0), write: formatRowLines }),
}

const newline = 0x0a
const closingBrace = 0x7d

/**
 * One change as one line of NDJSON, newline included. The row is the service's own bytes: nothing is parsed, so numbers, key
 * order and annotations survive. White space between tokens is dropped only where the bytes hold a raw newline.
 *
 * @throws DataverseError `bad-response` when the row's bytes hold a raw newline inside a string (no JSON)
 */
export function formatChangeLine(change: Change): Buffer {
  return formatChangeLines([change])
}

/** Several changes as consecutive lines in one Buffer; empty for no change. See {@link formatChangeLine}. */
export function formatChangeLines(changes: readonly Change[]): Buffer {
  return formatLines(changes, 'upserted')
}

/**
 * Puts columns into rows that are there: a line, and behind it lines of the kind `patched` for the same row, as one line. Those
 * of another version than that of the row count for nothing.
 *
 * @throws Error when one of them is no such line
 */
export function patchLine(line: Buffer, patches: readonly Buffer[]): Buffer {
  const head = readLineHead(line)
  const counting = patches.filter((patch) => {
    const { rowVersion } = readLineHead(patch)
    return rowVersion === undefined || head.rowVersion === undefined || rowVersion === head.rowVersion
  })
  if (counting.length === 0) return line
  const row = rowBytes(line)
  const merged = mergeJsonObjects(
    [line, ...counting].map((each) => Buffer.from(rowBytes(each)).toString('utf8')),
  )
  const prefix = line.subarray(0, line.length - row.length - 2)
  return Buffer.concat([prefix, Buffer.from(`${merged}}\n`)])
}

function formatLines(changes: readonly Change[], kind: 'upserted' | 'patched'): Buffer {
  const heads: string[] = []
  let size = 0
  for (const change of changes) {
    const head = formatHead(change, kind)
    heads.push(head)
    // A head is ASCII, so its length is its size.
    size += head.length + (change.kind === 'upserted' ? change.bytes.length : 0) + 2
  }
  const lines = Buffer.allocUnsafe(size)
  let end = 0
  let index = 0
  for (const change of changes) end = writeLine(lines, end, heads[index++] ?? '', change)
  return end === size ? lines : lines.subarray(0, end)
}

function formatRowLines(rows: readonly WrittenRow[]): Buffer {
  return Buffer.concat(rows.map(formatRowLine))
}

function formatRowLine({ bytes, row }: WrittenRow): Buffer {
  const text = bytes ?? Buffer.from(JSON.stringify(row))
  const line = Buffer.allocUnsafe(text.length + 1)
  line.set(text)
  const end = text.indexOf(newline) < 0 ? text.length : compactJsonInPlace(line, 0, text.length)
  line[end] = newline
  return line.subarray(0, end + 1)
}

/** Writes a line at `start` and returns where it ends. */
function writeLine(lines: Buffer, start: number, head: string, change: Change): number {
  const rowStart = start + lines.write(head, start, 'latin1')
  let rowEnd = rowStart
  if (change.kind === 'upserted') {
    lines.set(change.bytes, rowStart)
    rowEnd += change.bytes.length
  }
  lines[rowEnd] = closingBrace
  lines[rowEnd + 1] = newline
  // The newline just written stops the search, so one fast scan tells whether the row holds another before it.
  if (lines.indexOf(newline, rowStart) === rowEnd + 1) return rowEnd + 2
  rowEnd = compactJsonInPlace(lines, rowStart, rowEnd)
  lines[rowEnd] = closingBrace
  lines[rowEnd + 1] = newline
  return rowEnd + 2
}

function formatHead(change: Change, kind: 'upserted' | 'patched'): string {
  const place = `"table":${quote(change.table)},"id":${quote(change.id)}`
  if (change.kind === 'deleted') return `{"kind":"deleted",${place}`
  const version = change.rowVersion === undefined ? '' : `,"rowVersion":${quote(change.rowVersion)}`
  return `{"kind":"${kind}",${place}${version},"row":`
}

const plain = /^[\w.:-]*$/
const nonAscii = /[\u007f-\uffff]/g

/** A JSON string in ASCII. Ids, versions and table names are plain in practice and take the short way. */
function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(nonAscii, escapeUnit)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** As {@link formatChangeLine} writes it; names with odd characters are escaped there. */
const headPattern =
  /^\{"kind":"(upserted|deleted|patched)","table":"(?:[^"\\]|\\.)*","id":"([^"\\]*)"(?:,"rowVersion":"([^"\\]*)")?[,}]/
const longestHead = 512

/** Reads kind, id and version from the beginning of a line; the row is not looked at. @throws Error when it is no such line */
function readLineHead(line: Buffer): RecordHead {
  const match = headPattern.exec(line.toString('latin1', 0, longestHead))
  if (match === null) return headOf(parseLine(line))
  const [, kind, id = '', rowVersion] = match
  return { kind: kind as RecordHead['kind'], id, rowVersion }
}

/** Numbers too long for a double come as text, with every digit. */
function readChangeLine(line: Buffer): WrittenChange | WrittenPatch {
  const value = parseLine(line)
  const { kind, id, rowVersion } = headOf(value)
  if (kind === 'deleted') return { kind, id, rowVersion: undefined }
  if (typeof value.row !== 'object' || value.row === null) throw new TypeError('it holds no row')
  return { kind, id, rowVersion, row: value.row as Record<string, unknown>, bytes: rowBytes(line) }
}

const rowMember = '"row":'

/** The row of a line as its text. Within a JSON string a quote has a backslash before it, so the member is the first that reads so. */
function rowBytes(line: Buffer): Uint8Array {
  return line.subarray(line.indexOf(rowMember) + rowMember.length, line.lastIndexOf(closingBrace))
}

type ParsedLine = Partial<Record<'kind' | 'id' | 'rowVersion' | 'row', unknown>>

function parseLine(line: Buffer): ParsedLine {
  return (parseExactJson(line.toString('utf8')) ?? {}) as ParsedLine
}

function headOf({ kind, id, rowVersion }: ParsedLine): RecordHead {
  if ((kind !== 'upserted' && kind !== 'deleted' && kind !== 'patched') || typeof id !== 'string') {
    throw new TypeError('it holds no change')
  }
  return { kind, id, rowVersion: typeof rowVersion === 'string' ? rowVersion : undefined }
}
