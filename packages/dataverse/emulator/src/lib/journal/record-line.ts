import { crc32 } from 'node:zlib'
import type { ColumnValue, StoredRow } from '../schema/table-definition.js'
import type { CommittedChange } from '../store/store.js'

/** One line of a journal or snapshot: a checksum, a blank, JSON, a line feed. */
export function formatLine(record: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(record))
  const sum = crc32(json).toString(16).padStart(8, '0')
  return Buffer.concat([Buffer.from(`${sum} `), json, Buffer.from('\n')])
}

/** A record, and where its line ends in the file. */
export interface ReadLine {
  readonly record: unknown
  readonly end: number
}

/**
 * Reads lines until one is torn, which only the last can be.
 *
 * @throws Error when a damaged line has sound ones behind it: that is no torn end.
 */
export function* readLines(bytes: Buffer, file: string): Generator<ReadLine> {
  let start = 0
  while (start < bytes.length) {
    const newline = bytes.indexOf(10, start)
    const record = newline === -1 ? undefined : parseLine(bytes.subarray(start, newline))
    if (record === undefined) {
      if (newline !== -1 && hasSoundLine(bytes, newline + 1)) {
        throw new Error(
          `${file} is damaged at byte ${start}: restore it from a copy, or delete it to start empty`,
        )
      }
      return
    }
    yield { record, end: newline + 1 }
    start = newline + 1
  }
}

function hasSoundLine(bytes: Buffer, from: number): boolean {
  for (let start = from; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start)
    if (newline === -1) return false
    if (parseLine(bytes.subarray(start, newline)) !== undefined) return true
    start = newline + 1
  }
  return false
}

function parseLine(line: Buffer): unknown {
  const sum = line.subarray(0, 8).toString('latin1')
  const json = line.subarray(9)
  if (json.length === 0 || crc32(json).toString(16).padStart(8, '0') !== sum) return undefined
  return JSON.parse(json.toString('utf8'))
}

/** A change as it is kept: rows without undefined or bigint members, which JSON has not. */
export type KeptChange =
  | readonly ['row', table: string, id: string, row: Readonly<Record<string, unknown>>, version: number]
  | readonly ['deletion', table: string, id: string, version: number, at: number]
  | readonly ['fact', name: string, value: unknown]

/** Makes a change fit for JSON. */
export function keepChange(change: CommittedChange): KeptChange {
  switch (change.kind) {
    case 'row':
      return ['row', change.table, change.id, keepRow(change.row), change.version]
    case 'deletion':
      return ['deletion', change.table, change.id, change.version, change.at]
    default:
      return ['fact', change.name, change.value]
  }
}

/** The reverse of {@link keepChange}. */
export function recallChange(kept: KeptChange): CommittedChange {
  switch (kept[0]) {
    case 'row':
      return {
        kind: 'row',
        table: kept[1],
        id: kept[2],
        row: recallRow(kept[3], kept[4]),
        version: kept[4],
        created: false,
      }
    case 'deletion':
      return { kind: 'deletion', table: kept[1], id: kept[2], version: kept[3], at: kept[4] }
    default:
      return { kind: 'fact', name: kept[1], value: kept[2] }
  }
}

function keepRow(row: StoredRow): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const name in row) {
    const value = row[name]
    if (name === 'versionnumber' || value === null || value === undefined) continue
    kept[name] = typeof value === 'bigint' ? { int: String(value) } : value
  }
  return kept
}

function recallRow(kept: Readonly<Record<string, unknown>>, version: number): StoredRow {
  const row: Record<string, ColumnValue> = {}
  for (const [name, value] of Object.entries(kept)) {
    const bigint = value !== null && typeof value === 'object' && 'int' in value
    row[name] = bigint ? BigInt(String(value.int)) : (value as ColumnValue)
  }
  row.versionnumber = BigInt(version)
  return row
}
