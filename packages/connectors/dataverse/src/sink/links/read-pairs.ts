import { formatKeyCondition } from '@deltaverse/protocol'
import { readQuery } from '@deltaverse/values'
import type { RunContext } from '../plan/run-context.js'
import type { LinkRelationship } from './link-relationship.js'
import type { PendingPair } from './pending-pair.js'

// A condition takes some 150 characters, and proxies in between take less of a URL than the service does.
const pairsInOneQuery = 50

/** Which pairs exist, by what the table that holds them says. */
export async function readPairs(
  context: RunContext,
  { intersectSet, fromColumn, toColumn }: LinkRelationship,
  pairs: readonly PendingPair[],
): Promise<ReadonlySet<PendingPair>> {
  const { serviceRoot } = context.client
  const byIds = new Map<string, PendingPair[]>()
  for (const pair of pairs) {
    const ids = idsOf(pair.ids.from, pair.ids.to)
    byIds.set(ids, [...(byIds.get(ids) ?? []), pair])
  }
  const asked = [...byIds.values()].flatMap(([first]) => (first === undefined ? [] : [first]))
  const existing = new Set<PendingPair>()
  for (let at = 0; at < asked.length; at += pairsInOneQuery) {
    const conditions = asked.slice(at, at + pairsInOneQuery).map(({ ids }) =>
      formatKeyCondition([
        { name: fromColumn, value: { kind: 'bare', text: ids.from ?? '' } },
        { name: toColumn, value: { kind: 'bare', text: ids.to ?? '' } },
      ]),
    )
    const path = `${intersectSet}?$select=${fromColumn},${toColumn}&$filter=${conditions.join('%20or%20')}`
    for (const row of await readQuery((next) => context.read(next), serviceRoot, path)) {
      for (const pair of byIds.get(idsOf(row[fromColumn], row[toColumn])) ?? []) existing.add(pair)
    }
  }
  return existing
}

function idsOf(from: unknown, to: unknown): string {
  return `${String(from).toLowerCase()} ${String(to).toLowerCase()}`
}
