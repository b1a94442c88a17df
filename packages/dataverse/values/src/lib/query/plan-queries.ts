import type { ColumnKind } from '@deltaverse/metadata'
import { formatInCondition, formatKeyCondition, isPlainListText, type KeyPart } from '@deltaverse/protocol'

/** A key as queries ask for it. */
export interface QueryKey {
  readonly parts: readonly [KeyPart, ...KeyPart[]]
  /** Equal for keys that one and the same row may answer. */
  readonly comparable: string
}

/** How large one query may grow. */
export interface QueryLimits {
  /** Characters of the whole URL. */
  readonly maxUrlLength: number
  /** Keys in one query. */
  readonly maxKeysPerRequest: number
}

/** What is asked of the rows. */
export interface QueryTarget {
  readonly entitySetName: string
  /** Kind of the key's column, where it has one only. */
  readonly kind: ColumnKind | undefined
  readonly select: readonly string[]
  /** Values of `$expand`. Default: none. */
  readonly expand?: readonly string[] | undefined
  /** Length of what stands before the path. */
  readonly serviceRootLength: number
}

/** One query: the path that asks for some keys, no two of which one row can answer. */
export interface KeyQuery<Key extends QueryKey> {
  readonly path: string
  readonly keys: readonly [Key, ...Key[]]
}

/** Most conditions that a filter may have (Microsoft Learn: FetchXML filter element). */
const maxConditions = 500
/** Room for structure that grows with no key: brackets, the second ` or `. */
const spareLength = 200

/**
 * Divides keys of the same columns among as few queries as the limits allow. Text, whole numbers and GUIDs go into one `In`,
 * anything else is compared by `eq`, joined by `or`. Keys that do not even fit alone are left over.
 *
 * Keys that differ in case or accents only are asked for apart: whether they name one row is for the service to say, and it says so
 * by what it finds.
 */
export function planQueries<Key extends QueryKey>(
  keys: readonly Key[],
  target: QueryTarget,
  limits: QueryLimits,
): { readonly queries: readonly KeyQuery<Key>[]; readonly tooLong: readonly Key[] } {
  const queries: KeyQuery<Key>[] = []
  const tooLong: Key[] = []
  const expand =
    target.expand === undefined || target.expand.length === 0 ? '' : `&$expand=${target.expand.join(',')}`
  const base = `${target.entitySetName}?$select=${[...new Set(target.select)].join(',')}${expand}&$filter=`
  const room = limits.maxUrlLength - target.serviceRootLength - base.length - spareLength
  for (const apart of keepApart(keys)) {
    let draft: Draft<Key> | undefined
    for (const key of apart) {
      const entry = toEntry(key, target.kind)
      const [{ name }] = key.parts
      if (entry.length > room - name.length) {
        tooLong.push(key)
        continue
      }
      if (draft !== undefined && !fits(draft, entry, key.parts.length, room - name.length, limits)) {
        queries.push(close(draft, base))
        draft = undefined
      }
      draft = add(draft, key, entry)
    }
    if (draft !== undefined) queries.push(close(draft, base))
  }
  return { queries, tooLong }
}

/** Rounds of keys, in each of which every comparable stands once. */
function keepApart<Key extends QueryKey>(keys: readonly Key[]): readonly (readonly Key[])[] {
  const rounds: Key[][] = []
  const seen = new Map<string, number>()
  for (const key of keys) {
    const at = seen.get(key.comparable) ?? 0
    seen.set(key.comparable, at + 1)
    const round = rounds[at]
    if (round === undefined) rounds.push([key])
    else round.push(key)
  }
  return rounds
}

interface Draft<Key> {
  readonly keys: [Key, ...Key[]]
  readonly listed: string[]
  readonly compared: string[]
  length: number
}

type Entry =
  | { readonly list: string; readonly length: number }
  | { readonly list: undefined; readonly condition: string; readonly length: number }

function toEntry({ parts }: QueryKey, kind: ColumnKind | undefined): Entry {
  const [part] = parts
  const { text } = part.value
  if (parts.length === 1 && isListed(kind) && isPlainListText(text)) {
    // Twice the quotes (%22) and a comma around the value as it is encoded.
    return { list: text, length: encodeURIComponent(text).replaceAll(/[!'()*]/g, '%00').length + 7 }
  }
  const condition = formatKeyCondition(parts)
  return { list: undefined, condition, length: condition.length + '%20or%20'.length }
}

// Dates and decimals are compared as the column's type, which a list of texts does not promise.
function isListed(kind: ColumnKind | undefined): boolean {
  return kind === 'text' || kind === 'whole-number' || kind === 'choice' || kind === 'guid'
}

function add<Key>(draft: Draft<Key> | undefined, key: Key, entry: Entry): Draft<Key> {
  const next: Draft<Key> = draft ?? { keys: [key], listed: [], compared: [], length: 0 }
  if (draft !== undefined) next.keys.push(key)
  if (entry.list === undefined) next.compared.push(entry.condition)
  else next.listed.push(entry.list)
  next.length += entry.length
  return next
}

function fits(
  { keys, compared, length }: Draft<unknown>,
  entry: Entry,
  columns: number,
  room: number,
  limits: QueryLimits,
): boolean {
  if (keys.length >= limits.maxKeysPerRequest || length + entry.length > room) return false
  return (compared.length + (entry.list === undefined ? 1 : 0)) * columns + 1 <= maxConditions
}

function close<Key extends QueryKey>({ keys, listed, compared }: Draft<Key>, base: string): KeyQuery<Key> {
  const [{ parts }] = keys
  const list = listed.length === 0 ? [] : [formatInCondition(parts[0].name, listed)]
  return { path: base + [...list, ...compared].join('%20or%20'), keys }
}
