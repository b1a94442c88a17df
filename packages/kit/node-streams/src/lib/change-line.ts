import type { Change } from '@deltaverse/core'
import { compactJsonInPlace } from './compact-json.js'

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
  const heads: string[] = []
  let size = 0
  for (const change of changes) {
    const head = formatHead(change)
    heads.push(head)
    // A head is ASCII, so its length is its size.
    size += head.length + (change.kind === 'upserted' ? change.bytes.length : 0) + 2
  }
  const lines = Buffer.allocUnsafe(size)
  let end = 0
  for (let index = 0; index < heads.length; index++) {
    end = writeLine(lines, end, heads[index]!, changes[index]!)
  }
  return end === size ? lines : lines.subarray(0, end)
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

function formatHead(change: Change): string {
  const place = `"table":${quote(change.table)},"id":${quote(change.id)}`
  if (change.kind === 'deleted') return `{"kind":"deleted",${place}`
  const version = change.rowVersion === undefined ? '' : `,"rowVersion":${quote(change.rowVersion)}`
  return `{"kind":"upserted",${place}${version},"row":`
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
