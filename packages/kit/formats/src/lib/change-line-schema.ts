import type { Row } from '@deltaverse/core'

/** A line that `toNdjson()` writes for a row that was created or updated. */
export interface UpsertedLine<R extends object = Row> {
  readonly kind: 'upserted'
  /** Entity set, as in URLs: `accounts`. */
  readonly table: string
  /** Primary key: a lower-case GUID without braces. */
  readonly id: string
  /** Digits of the row version; absent when the row came without an etag. */
  readonly rowVersion?: string
  /** The row as the service sent it. */
  readonly row: R
}

/** A line that `toNdjson()` writes for a row that is gone. */
export interface DeletedLine {
  readonly kind: 'deleted'
  readonly table: string
  readonly id: string
}

/** A line of a log for columns that came later. They belong into the row, where it is there in the same version. */
export interface PatchedLine<R extends object = Row> extends Omit<UpsertedLine<R>, 'kind' | 'row'> {
  readonly kind: 'patched'
  /** These columns alone, beside the key. */
  readonly row: Partial<R>
}

/** A line that `toNdjson()` writes for a change: what `fromNdjson<ChangeLine>()` gives back. */
export type ChangeLine<R extends object = Row> = UpsertedLine<R> | DeletedLine | PatchedLine<R>

const table = {
  description: 'The entity set, as in URLs: "accounts".',
  type: 'string',
  minLength: 1,
}

const id = {
  description:
    'The primary key: a lower-case GUID without braces. In an elastic table the partition of the row stands behind a comma, percent-encoded, where it has one.',
  type: 'string',
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(,.*)?$',
}

/** JSON Schema (draft 2020-12) of one line that `toNdjson()` writes for a change. */
export const changeLineSchema: Readonly<Record<string, unknown>> = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A change of a Dataverse row',
  description:
    'One line of NDJSON: a row that was created or updated (the service does not tell which), or is gone.',
  oneOf: [{ $ref: '#/$defs/upserted' }, { $ref: '#/$defs/deleted' }, { $ref: '#/$defs/patched' }],
  $defs: {
    upserted: {
      description: 'The row was created or updated.',
      type: 'object',
      properties: {
        kind: { const: 'upserted' },
        table,
        id,
        rowVersion: {
          description: 'The row version: the digits of the etag. Absent when the row came without an etag.',
          type: 'string',
          pattern: '^[0-9]+$',
        },
        row: {
          description:
            'The row as the service sent it: columns, lookups (_x_value) and annotations (name@…).',
          type: 'object',
        },
      },
      required: ['kind', 'table', 'id', 'row'],
      additionalProperties: false,
    },
    patched: {
      description:
        'Columns that came later: they belong into the row where it is there in the same version, and count for nothing otherwise.',
      type: 'object',
      properties: {
        kind: { const: 'patched' },
        table,
        id,
        rowVersion: {
          description: 'The version that the columns are of.',
          type: 'string',
          pattern: '^[0-9]+$',
        },
        row: { description: 'These columns alone, beside the key.', type: 'object' },
      },
      required: ['kind', 'table', 'id', 'row'],
      additionalProperties: false,
    },
    deleted: {
      description: 'The row is gone. The service tells its id and nothing else.',
      type: 'object',
      properties: { kind: { const: 'deleted' }, table, id },
      required: ['kind', 'table', 'id'],
      additionalProperties: false,
    },
  },
}
