import type { CallOptions } from '@deltaverse/core'
import {
  describeRef,
  isRef,
  type KeyValue,
  type KeyValues,
  type RowRef,
  ref,
  type TypedKey,
} from '@deltaverse/values'
import { asMiss } from './as-miss.js'
import { ambiguousPartError, isInvalidKey, noKeyError } from './key-errors.js'
import type { Key, KeyMiss, KeyResolution } from './key-results.js'
import type { KeyTyper } from './key-typer.js'

/** Finds one row by a key; what a key that holds a reference needs. */
export type Resolve = (table: string, key: Key, call: CallOptions) => Promise<KeyResolution>

/** The key typed and with GUIDs in place of references, or why there is no such key. */
export async function prepareKey(
  typer: KeyTyper,
  resolve: Resolve,
  table: string,
  key: Key,
  call: CallOptions,
): Promise<{ readonly typed: TypedKey } | KeyMiss> {
  return orInvalid(key, async () => {
    if (typeof key !== 'object' || key === null) throw noKeyError(table, key)
    const values = await resolveNested(resolve, key, call)
    return values === undefined ? asMiss(key, []) : { typed: await typer.type(table, values, call) }
  })
}

/** The outcome of some work; a mistake in the key is one, too. */
export async function orInvalid<Outcome>(key: Key, work: () => Promise<Outcome>): Promise<Outcome | KeyMiss> {
  try {
    return await work()
  } catch (error) {
    if (isInvalidKey(error)) return { status: 'invalid', key, id: undefined, error }
    throw error
  }
}

/** `undefined` when a reference inside the key names no row. */
async function resolveNested(
  resolve: Resolve,
  key: KeyValues,
  call: CallOptions,
): Promise<KeyValues | undefined> {
  let values: Record<string, KeyValue> | undefined
  for (const [column, value] of Object.entries(key)) {
    if (!isRef(value) || typeof value.key === 'string') continue
    const id = await resolveRef(resolve, column, value, call)
    if (id === undefined) return undefined
    values ??= { ...key }
    values[column] = ref(value.table, id)
  }
  return values ?? key
}

async function resolveRef(
  resolve: Resolve,
  column: string,
  { table, key }: RowRef,
  call: CallOptions,
): Promise<string | undefined> {
  const target = await resolve(table, key, call)
  if (target.status === 'invalid') throw target.error
  if (target.status === 'ambiguous') throw ambiguousPartError(column, describeRef(table, key))
  return target.id
}
