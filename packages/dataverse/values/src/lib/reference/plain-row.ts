import { isNoRef, isRef, type KeyValues, noRef, ref } from './row-ref.js'

type Data = Readonly<Record<string, unknown>>

/**
 * A row as plain JSON from which {@link fromPlainRow} makes the same row again: what JSON has no form for stands as an object with one
 * member, `{ "$ref": … }`, `{ "$date": … }`, `{ "$bigint": … }`, that a person can read and correct.
 */
export function toPlainRow(row: object): Record<string, unknown> {
  return mapMembers(row, toPlain)
}

/** The row that {@link toPlainRow} was given. What it did not make stays as it is. */
export function fromPlainRow(row: object): Record<string, unknown> {
  return mapMembers(row, fromPlain)
}

/** What stands for values that JSON has no form for. */
const readers: Readonly<Record<string, (value: unknown) => unknown>> = {
  $date: (value) => new Date(typeof value === 'string' ? value : Number.NaN),
  $bigint: (value) => (/^-?\d+$/.test(String(value)) ? BigInt(String(value)) : value),
  $number: Number,
  $bytes: (value) => Uint8Array.from(Buffer.from(String(value), 'base64')),
  $ref: (value) => {
    const { table, key } = value as { readonly table: string; readonly key: string | KeyValues }
    return ref(table, typeof key === 'object' && key !== null ? (fromPlainRow(key) as KeyValues) : key)
  },
  $noRef: (value) => noRef(String(value)),
  $object: (value) => fromPlainRow(value as object),
}

function toPlain(value: unknown): unknown {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $number: Object.is(value, -0) ? '-0' : String(value) }
  }
  if (typeof value !== 'object' || value === null) return value
  if (isRef(value)) {
    return {
      $ref: { table: value.table, key: typeof value.key === 'string' ? value.key : toPlainRow(value.key) },
    }
  }
  if (isNoRef(value)) return { $noRef: value.table }
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(toPlain)
  const plain = toPlainRow(value)
  // An object of the caller's that reads like one of ours must not become something else.
  return readerOf(plain) === undefined ? plain : { $object: plain }
}

function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(fromPlain)
  const read = Object.getPrototypeOf(value) === Object.prototype ? readerOf(value as Data) : undefined
  if (read !== undefined) return readOrLeave(read, value)
  return Object.getPrototypeOf(value) === Object.prototype ? fromPlainRow(value) : value
}

/** What somebody corrected into nonsense is told with its column by whoever takes the row. */
function readOrLeave(read: (value: unknown) => unknown, value: object): unknown {
  try {
    return read(Object.values(value)[0])
  } catch {
    return value
  }
}

function readerOf(value: Data): ((value: unknown) => unknown) | undefined {
  const [name, ...others] = Object.keys(value)
  if (name === undefined || others.length > 0 || !Object.hasOwn(readers, name)) return undefined
  return readers[name]
}

function mapMembers(row: object, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]))
}
