import { isGuidText } from '@deltaverse/protocol'

/** A value of a key column as callers have it. */
export type KeyValue = string | number | bigint | boolean | Date | RowRef | null | undefined

/** Values by logical column name: all columns of an alternate key, in any order. */
export type KeyValues = Readonly<Record<string, KeyValue>>

const brand: unique symbol = Symbol.for('deltaverse.RowRef')

/** Names a row of a table by its business key or its GUID. */
export interface RowRef {
  readonly [brand]: true
  /** Logical name: `contact`. */
  readonly table: string
  /** A GUID in lower case, or the values of a key. */
  readonly key: string | KeyValues
}

/**
 * Names a row for a lookup: `ref('contact', { emailaddress1: 'a@b.c' })`, `ref('contact', '<guid>')`. A key that holds a
 * lookup may name its target by a key in turn.
 *
 * @throws TypeError for what is neither a GUID nor an object of values
 */
export function ref(table: string, key: string | KeyValues): RowRef {
  if (typeof table !== 'string' || table === '') {
    throw new TypeError(
      `table must be a logical name such as 'contact', received ${JSON.stringify(table) ?? typeof table}`,
    )
  }
  if (typeof key === 'string') {
    if (!isGuidText(key)) throw new TypeError(`a key must be a GUID or an object of column values`)
    return { [brand]: true, table, key: key.toLowerCase() }
  }
  if (typeof key !== 'object' || key === null || Object.keys(key).length === 0) {
    throw new TypeError(`a key must be a GUID or an object of column values`)
  }
  return { [brand]: true, table, key: { ...key } }
}

/** Whether a value was made by {@link ref}, of this or another installed copy. */
export function isRef(value: unknown): value is RowRef {
  return typeof value === 'object' && value !== null && brand in value
}

const noRefBrand: unique symbol = Symbol.for('deltaverse.NoRef')

/** Says that a lookup which can point at several tables shall no longer point at a row of this one. */
export interface NoRef {
  readonly [noRefBrand]: true
  /** Logical name: `account`. */
  readonly table: string
}

/**
 * Clears a lookup that can point at several tables: `parentcustomerid: noRef('account')`. The service clears such a lookup
 * by the name that belongs to the table it points at now (Microsoft Learn: Multi-table lookups).
 */
export function noRef(table: string): NoRef {
  return { [noRefBrand]: true, table }
}

/** Whether a value was made by {@link noRef}, of this or another installed copy. */
export function isNoRef(value: unknown): value is NoRef {
  return typeof value === 'object' && value !== null && noRefBrand in value
}

/** A reference as text for messages: `contact(emailaddress1='a@b.c')`. */
export function describeRef(table: string, key: string | KeyValues): string {
  if (typeof key === 'string') return `${table}(${key})`
  const parts = Object.entries(key).map(([column, value]) => `${column}=${describeValue(value)}`)
  return `${table}(${parts.join(', ')})`
}

/** A value as text for messages, at most 80 characters of it. */
export function describeValue(value: unknown): string {
  if (isRef(value)) return describeRef(value.table, value.key)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString()
  if (typeof value === 'string') {
    return `'${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`
  }
  if (Array.isArray(value)) return `[${value.slice(0, 10).map(describeValue).join(', ')}]`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
