import type { ColumnKind } from '@deltaverse/schema'
import type { SqlTypes } from '@deltaverse/sql'

const typeOfKind: Readonly<Record<ColumnKind, string>> = {
  text: 'TEXT',
  int32: 'INTEGER',
  int64: 'INTEGER',
  // SQLite has no decimals: as a number, digits behind the fifteenth would go.
  decimal: 'TEXT',
  double: 'REAL',
  boolean: 'INTEGER',
  date: 'TEXT',
  timestamp: 'TEXT',
  timestamptz: 'TEXT',
  uuid: 'TEXT',
  enum: 'INTEGER',
  'enum-set': 'TEXT',
  json: 'TEXT',
  binary: 'BLOB',
}

/**
 * The types of SQLite. Numbers go as text into columns that make numbers of it: that keeps all of 64 bits, and the driver for
 * older lines of Node takes doubles close to a whole number for that number (1e-17 for 0).
 */
export const sqliteTypes: SqlTypes = {
  of: ({ kind }) => typeOfKind[kind],
  isWidening: () => false,
  write: {
    boolean: (text) => (text === 'true' ? 1 : 0),
    timestamptz: inUtc,
    'enum-set': (text) => `[${text}]`,
    binary: (text) => Buffer.from(text, 'base64'),
  },
  jsonText: 'TEXT',
  stageNumber: 'INTEGER PRIMARY KEY',
}

const instantShape = /^(.{19})(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** An instant with a Z, so that texts sort as the instants do. Its fraction stays as it is. */
function inUtc(text: string): string {
  const [, seconds = text, fraction = '', zone = 'Z'] = instantShape.exec(text) ?? []
  if (zone === 'Z') return text
  return `${new Date(`${seconds}${zone}`).toISOString().slice(0, 19)}${fraction}Z`
}
