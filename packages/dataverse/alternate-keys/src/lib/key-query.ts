import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { asJsonObject, type JsonObject, listOf } from '@deltaverse/metadata'
import {
  formatInCondition,
  formatKeyCondition,
  formatPrefer,
  isPlainListText,
  linkToPath,
} from '@deltaverse/protocol'
import { parseExactJson } from '@deltaverse/schema'
import type { TypedKey } from './typed-key.js'

/** How large one query may grow. */
export interface QueryLimits {
  /** Characters of the whole URL. */
  readonly maxUrlLength: number
  /** Keys in one query. */
  readonly maxKeysPerRequest: number
}

/** Most conditions that a filter may have (Microsoft Learn: FetchXML filter element). */
const maxConditions = 500
/** Room for structure that grows with no key: brackets, the second ` or `. */
const spareLength = 200
/** Rows in a page at most (Microsoft Learn: Page results using OData). */
const maxPageSize = 5000

/** One query: the path that asks for some keys. */
export interface KeyQuery {
  readonly path: string
  readonly keys: readonly TypedKey[]
}

/**
 * Divides keys of one table and one set of columns among as few queries as the limits allow. Text and whole numbers go
 * into one `In`, anything else is compared by `eq`, joined by `or`. Keys that do not even fit alone are left over.
 */
export function planQueries(
  keys: readonly TypedKey[],
  select: readonly string[],
  serviceRootLength: number,
  limits: QueryLimits,
): { readonly queries: readonly KeyQuery[]; readonly tooLong: readonly TypedKey[] } {
  const queries: KeyQuery[] = []
  const tooLong: TypedKey[] = []
  const [first] = keys
  if (first === undefined) return { queries, tooLong }
  const { table, parts } = first
  const base = `${table.entitySetName}?$select=${[...new Set(select)].join(',')}&$filter=`
  const room = limits.maxUrlLength - serviceRootLength - base.length - spareLength - parts[0]!.name.length
  let draft: Draft = { keys: [], listed: [], compared: [], length: 0 }
  for (const key of keys) {
    const entry = toEntry(key)
    if (entry.length > room) {
      tooLong.push(key)
      continue
    }
    if (!fits(draft, entry, parts.length, room, limits)) {
      queries.push(close(draft, base))
      draft = { keys: [], listed: [], compared: [], length: 0 }
    }
    draft.keys.push(key)
    if (entry.list === undefined) draft.compared.push(entry.condition)
    else draft.listed.push(entry.list)
    draft.length += entry.length
  }
  if (draft.keys.length > 0) queries.push(close(draft, base))
  return { queries, tooLong }
}

interface Draft {
  readonly keys: TypedKey[]
  readonly listed: string[]
  readonly compared: string[]
  length: number
}

type Entry =
  | { readonly list: string; readonly length: number }
  | { readonly list: undefined; readonly condition: string; readonly length: number }

function toEntry({ table, columns, parts }: TypedKey): Entry {
  const [part] = parts
  const kind = table.columns.get(columns[0]!)?.kind
  const listable = kind === 'text' || kind === 'whole-number' || kind === 'choice'
  if (parts.length === 1 && part !== undefined && listable && isPlainListText(part.value.text)) {
    const { text } = part.value
    // Twice the quotes (%22) and a comma around the value as it is encoded.
    return { list: text, length: encodeURIComponent(text).replaceAll(/[!'()*]/g, '%00').length + 7 }
  }
  const condition = formatKeyCondition(parts)
  return { list: undefined, condition, length: condition.length + '%20or%20'.length }
}

function fits(draft: Draft, entry: Entry, columns: number, room: number, limits: QueryLimits): boolean {
  if (draft.keys.length === 0) return true
  if (draft.keys.length >= limits.maxKeysPerRequest || draft.length + entry.length > room) return false
  const compared = draft.compared.length + (entry.list === undefined ? 1 : 0)
  return compared * columns + 1 <= maxConditions
}

function close({ keys, listed, compared }: Draft, base: string): KeyQuery {
  const name = keys[0]!.parts[0]!.name
  const list = listed.length === 0 ? [] : [formatInCondition(name, listed)]
  return { path: base + [...list, ...compared].join('%20or%20'), keys }
}

/** Reads all rows that a query finds, page by page. */
export async function readQuery(
  client: Pick<DataverseClient, 'request' | 'serviceRoot'>,
  path: string,
  annotations: string | undefined,
  call: CallOptions,
): Promise<JsonObject[]> {
  const rows: JsonObject[] = []
  const prefer = formatPrefer({ maxPageSize, includeAnnotations: annotations })!
  for (let next: string | undefined = path; next !== undefined; ) {
    const response = await client.request(
      { method: 'GET', path: next, headers: { prefer }, buffered: true },
      call,
    )
    const page = asJsonObject(parseExactJson(await response.text()), 'a query')
    for (const row of listOf(page, 'value')) rows.push(row)
    const link = page['@odata.nextLink']
    next = typeof link === 'string' ? linkToPath(client.serviceRoot, link) : undefined
  }
  return rows
}
