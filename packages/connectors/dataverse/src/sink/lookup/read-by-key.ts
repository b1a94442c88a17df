import type { Row } from '@deltaverse/core'
import type { JsonObject } from '@deltaverse/metadata'
import {
  comparableOfLiteral,
  comparableOfValue,
  joinComparables,
  type KeyColumn,
  matchRows,
  planQueries,
  type QueryKey,
  readQuery,
} from '@deltaverse/values'
import type { RunContext } from '../plan/run-context.js'
import type { RunPlan } from '../plan/run-plan.js'
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
const limits = { maxUrlLength: 9_000, maxKeysPerRequest: 500 }

// Rows are found without regard to case and accents; what the database tells apart is asked for apart.
const comparison = 'ignore-case-and-accents'

/** A pending row as queries ask for it. */
interface PendingKey extends QueryKey {
  readonly row: PendingRow
}

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
  const { plan, client } = context
  const { table } = plan
  const keys = rows.map((row) => toPendingKey(plan, row))
  const [first] = keys
  const found = new Map<PendingRow, Row>()
  if (first === undefined) return found
  const names = first.parts.map(({ name }) => name)
  const keyed = keyedColumns(plan, names)
  const target = {
    entitySetName: table.entitySetName,
    kind: names.length > 1 ? undefined : keyed[0]?.kind,
    select: [table.primaryIdColumn, ...names, ...columns.select],
    expand: columns.expand,
    serviceRootLength: client.serviceRoot.length,
  }
  const { queries, tooLong } = planQueries(keys, target, limits)
  // A key that is longer than most URLs may be is asked for alone.
  const alone = planQueries(tooLong, target, { ...limits, maxUrlLength: 32_000 }).queries
  for (const query of [...queries, ...alone]) {
    const stored = await readQuery((path) => context.read(path), client.serviceRoot, query.path)
    for (const [{ row }, match] of matchRows(query, stored, (each) => comparableOfRow(keyed, each))) {
      found.set(row, match)
    }
  }
  return found
}

function toPendingKey(plan: RunPlan, row: PendingRow): PendingKey {
  const parts = keyPartsOf(plan, row) ?? [
    { name: plan.table.primaryIdColumn, value: { kind: 'bare', text: ownIdOf(row) } },
  ]
  return {
    row,
    parts,
    comparable: joinComparables(parts.map(({ value }) => comparableOfLiteral(value, comparison))),
  }
}

interface KeyedColumn {
  readonly name: string
  readonly kind: KeyColumn['column']['kind']
}

function keyedColumns({ key }: RunPlan, names: readonly string[]): readonly KeyedColumn[] {
  return names.map((name) => {
    const column = key?.columns.find((each) => each.wireName === name)?.column
    return { name, kind: column?.kind ?? 'guid' }
  })
}

function comparableOfRow(columns: readonly KeyedColumn[], row: JsonObject): string | undefined {
  const texts: string[] = []
  for (const { name, kind } of columns) {
    const value = row[name]
    if (value === null || value === undefined) return undefined
    texts.push(comparableOfValue(kind, value, comparison))
  }
  return joinComparables(texts)
}
