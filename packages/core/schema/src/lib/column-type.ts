/** One option of an `enum` or `enum-set`. */
export interface EnumOption {
  readonly value: number
  readonly label: string
}

/**
 * What a column holds, whatever system it comes from or goes to. Beside each, the form of its values in a row:
 *
 * | kind | in a row |
 * |---|---|
 * | `text` | string |
 * | `int32`, `int64` | number, bigint, or a string of digits where a number would lose some |
 * | `decimal` | the same, with a point |
 * | `double` | number |
 * | `boolean` | `true`, `false` |
 * | `date` | `2026-03-25` |
 * | `timestamp` | a clock's time of no zone: `2026-03-25T17:42:47`, a `Z` behind it means nothing |
 * | `timestamptz` | an instant: `2026-03-25T17:42:47Z`, or with an offset |
 * | `uuid` | 36 characters |
 * | `enum` | the number of an option |
 * | `enum-set` | numbers of options with commas between them: `1,9` |
 * | `json` | any value of JSON |
 * | `binary` | base64 |
 *
 * What is left out of a type (`maxLength`, `precision` and `scale`, `options`) is not known, and so not limited.
 */
export type ColumnType =
  | { readonly kind: 'text'; readonly maxLength?: number }
  | { readonly kind: 'int32' }
  | { readonly kind: 'int64' }
  | { readonly kind: 'decimal'; readonly precision?: number; readonly scale?: number }
  | { readonly kind: 'double' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'date' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'timestamptz' }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'enum'; readonly options?: readonly EnumOption[] }
  | { readonly kind: 'enum-set'; readonly options?: readonly EnumOption[] }
  | { readonly kind: 'json' }
  | { readonly kind: 'binary' }

/** A {@link ColumnType} without its limits. */
export type ColumnKind = ColumnType['kind']

/** Every kind, in the order of {@link ColumnType}. */
export const columnKinds: readonly ColumnKind[] = [
  'text',
  'int32',
  'int64',
  'decimal',
  'double',
  'boolean',
  'date',
  'timestamp',
  'timestamptz',
  'uuid',
  'enum',
  'enum-set',
  'json',
  'binary',
]

/** Writes a type for a message: `text(100)`, `decimal(19, 4)`, `uuid`. */
export function formatColumnType(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return type.maxLength === undefined ? 'text' : `text(${type.maxLength})`
    case 'decimal':
      return type.precision === undefined ? 'decimal' : `decimal(${type.precision}, ${type.scale ?? 0})`
    default:
      return type.kind
  }
}
