import type { ColumnKind } from '@deltaverse/schema'
import type { SqlTypes } from '@deltaverse/sql'

const typeOfKind: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  int32: 'integer',
  int64: 'bigint',
  // Without limits: a copy has to take every digit that its source holds.
  decimal: 'numeric',
  double: 'double precision',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
  enum: 'integer',
  'enum-set': 'integer[]',
  json: 'jsonb',
  binary: 'bytea',
}

/** Which types can become which other one with every value kept. */
const narrower: Readonly<Record<string, RegExp>> = {
  integer: /^smallint$/,
  bigint: /^(?:smallint|integer)$/,
  numeric: /^(?:smallint|integer|bigint|numeric\(.*)$/,
  'double precision': /^(?:smallint|integer|real)$/,
  text: /^character varying/,
}

/** The types of PostgreSQL, and how values are written for `COPY`. */
export const postgresTypes: SqlTypes = {
  of: ({ kind }) => typeOfKind[kind],
  isWidening: (from, to) => narrower[to]?.test(from) ?? false,
  write: {
    'enum-set': (text) => `{${text}}`,
    binary: (text) => `\\x${Buffer.from(text, 'base64').toString('hex')}`,
  },
  // As it is written, byte for byte, which jsonb does not keep.
  jsonText: 'json',
  stageNumber: 'bigint',
}

/** How the catalogue writes types that have a shorter name. */
const shortNames: Readonly<Record<string, string>> = {
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
}

/** A type as {@link postgresTypes} writes it, from what `format_type()` says. */
export function typeFromCatalogue(type: string): string {
  return shortNames[type] ?? type
}
