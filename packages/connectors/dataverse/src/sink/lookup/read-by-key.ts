import type { Row } from '@deltaverse/core'
import { asJsonObject, listOf } from '@deltaverse/metadata'
import {
  encodeUrlText,
  formatInCondition,
  formatKeyCondition,
  isPlainListText,
  type KeyPart,
  linkToPath,
} from '@deltaverse/protocol'
import { laneOf } from '../plan/key-plan.js'
import type { RunContext } from '../plan/run-context.js'
import type { PendingRow } from '../row/pending-row.js'
import { keyPartsOf } from '../row/row-address.js'
import { ownIdOf } from '../row/row-facts.js'

/** What to read of each row. */
export interface ReadColumns {
  readonly select: readonly string[]
  /** Values of `$expand`, such as `primarycontactid($select=emailaddress1)`. */
  readonly expand: readonly string[]
}

// A GET takes 32,768 characters (Microsoft Learn: Compose HTTP requests); filters are kept well below, because proxies in
// between take less and because a condition costs the database time.
const maxFilterLength = 8_000
const maxAlternatives = 100
const maxListValues = 500

/**
 * Reads the rows that have the keys of pending ones, in as few requests as filters of bounded length allow.
 *
 * @returns what is there, by pending row; rows that are not there are left out
 */
export async function readByKey(
  context: RunContext,
  rows: readonly PendingRow[],
  columns: ReadColumns,
): Promise<ReadonlyMap<PendingRow, Row>> {
  const { table } = context.plan
  const found = new Map<PendingRow, Row>()
  const pending = new Map(rows.map((row) => [lanePartsOf(context, row), row]))
  const names = rows[0] === undefined ? [] : partsOf(context, rows[0]).map(({ name }) => name)
  const select = [...new Set([table.primaryIdColumn, ...names, ...columns.select])]
  const expand = columns.expand.length === 0 ? '' : `&$expand=${columns.expand.join(',')}`
  for (const filter of filtersOf(rows.map((row) => partsOf(context, row)))) {
    let path: string | undefined =
      `${table.entitySetName}?$select=${select.join(',')}${expand}&$filter=${filter}`
    while (path !== undefined) {
      const page = asJsonObject(await context.read(path), 'a query')
      for (const row of listOf(page, 'value')) {
        const match = pending.get(laneOf(names.map((name) => String(row[name]))))
        if (match !== undefined) found.set(match, row)
      }
      const next: unknown = page['@odata.nextLink']
      path = typeof next === 'string' ? linkToPath(context.client.serviceRoot, next) : undefined
    }
  }
  return found
}

function partsOf({ plan }: RunContext, row: PendingRow): readonly KeyPart[] {
  return (
    keyPartsOf(plan, row) ?? [
      { name: plan.table.primaryIdColumn, value: { kind: 'bare', text: ownIdOf(row) } },
    ]
  )
}

function lanePartsOf(context: RunContext, row: PendingRow): string {
  return laneOf(partsOf(context, row).map(({ value }) => value.text))
}

/** Filters that together find all keys: by list where the key is one column, by alternatives else. */
function filtersOf(keys: readonly (readonly KeyPart[])[]): string[] {
  const listed: string[] = []
  const others: (readonly KeyPart[])[] = []
  let property = ''
  for (const key of keys) {
    const [part] = key
    if (part !== undefined && key.length === 1 && isListed(part)) {
      property = part.name
      listed.push(part.value.text)
    } else others.push(key)
  }
  return [
    ...portions(listed, maxListValues, (text) => encodeUrlText(text).length + 7).map((texts) =>
      formatInCondition(property, texts),
    ),
    ...portions(others.map(formatKeyCondition), maxAlternatives, (text) => text.length + 8).map((texts) =>
      texts.join('%20or%20'),
    ),
  ]
}

// Dates and decimals are compared as the column's type, which a list of texts does not promise.
function isListed({ value }: KeyPart): boolean {
  if (value.kind === 'text') return isPlainListText(value.text)
  return /^(?:-?\d+|[0-9a-f-]{36})$/i.test(value.text)
}

function portions(texts: readonly string[], most: number, cost: (text: string) => number): string[][] {
  const all: string[][] = []
  let portion: string[] = []
  let length = 0
  for (const text of texts) {
    if (portion.length > 0 && (portion.length >= most || length + cost(text) > maxFilterLength)) {
      all.push(portion)
      portion = []
      length = 0
    }
    portion.push(text)
    length += cost(text)
  }
  if (portion.length > 0) all.push(portion)
  return all
}
