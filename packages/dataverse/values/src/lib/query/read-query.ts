import { asJsonObject, type JsonObject, listOf } from '@deltaverse/metadata'
import { linkToPath } from '@deltaverse/protocol'
import type { KeyQuery, QueryKey } from './plan-queries.js'

/** Sends a GET and resolves with the parsed answer, exact numbers kept as text. */
export type ReadPath = (path: string) => Promise<unknown>

/** Reads all rows that a query finds, page by page. */
export async function readQuery(read: ReadPath, serviceRoot: string, path: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const page = asJsonObject(await read(next), 'a query')
    for (const row of listOf(page, 'value')) rows.push(row)
    const link = page['@odata.nextLink']
    next = typeof link === 'string' ? linkToPath(serviceRoot, link) : undefined
  }
  return rows
}

/**
 * Tells which row answers which key of a query. The service may find more than was meant, such as by wildcards in the text: such
 * rows are nobody's answer.
 *
 * @param comparableOf the values of a row in the columns of the key; `undefined` when one is null
 */
export function matchRows<Key extends QueryKey>(
  { keys }: Pick<KeyQuery<Key>, 'keys'>,
  rows: readonly JsonObject[],
  comparableOf: (row: JsonObject) => string | undefined,
): [Key, JsonObject][] {
  const asked = new Map(keys.map((key) => [key.comparable, key]))
  return rows.flatMap((row): [Key, JsonObject][] => {
    const comparable = comparableOf(row)
    const key = comparable === undefined ? undefined : asked.get(comparable)
    return key === undefined ? [] : [[key, row]]
  })
}
