import { asJsonObject, type JsonObject } from '@deltaverse/metadata'
import { parseRowReference } from '@deltaverse/protocol'
import { sameReference } from '@deltaverse/values'
import type { RunContext } from '../plan/run-context.js'
import { type Party, partiesName, readParty } from '../row/party-columns.js'
import type { PendingRow } from '../row/pending-row.js'
import { allColumns } from '../row/row-facts.js'

/** What to read of the parties of rows. */
export const partyColumns = '_partyid_value,participationtypemask,addressused'

/** GUIDs of the rows that parties name by an alternate key, by reference; what names no row is left out. */
export type PartyIds = ReadonlyMap<string, string>

/** Finds the rows that the parties of some rows name by their keys, many in one query. */
export async function findPartyIds(context: RunContext, rows: readonly PendingRow[]): Promise<PartyIds> {
  const name = partiesName(context.plan.table)
  const bySet = new Map<string, Map<string, Record<string, string>>>()
  for (const row of rows) {
    for (const { reference } of partiesOf(allColumns(row)[name])) {
      const parsed = reference === undefined ? undefined : parseRowReference(reference)
      if (reference === undefined || typeof parsed?.key !== 'object') continue
      const keys = bySet.get(parsed.entitySet) ?? new Map<string, Record<string, string>>()
      keys.set(
        reference,
        Object.fromEntries(parsed.key.map((part) => [columnOf(part.name), part.value.text])),
      )
      bySet.set(parsed.entitySet, keys)
    }
  }
  const ids = new Map<string, string>()
  for (const [entitySet, keys] of bySet) {
    const resolver = context.resolver()
    const { logicalName } = await resolver.metadata.tableOfSet(entitySet, { signal: context.signal })
    const before = resolver.stats().queries
    const found = await resolver.resolveMany(logicalName, keys.values(), { signal: context.signal })
    context.counts.reads += resolver.stats().queries - before
    for (const [at, reference] of [...keys.keys()].entries()) {
      const resolution = found[at]
      if (resolution?.status === 'found') ids.set(reference, resolution.id)
    }
  }
  return ids
}

function columnOf(name: string): string {
  return name.startsWith('_') && name.endsWith('_value') ? name.slice(1, -6) : name
}

function partiesOf(value: unknown): Party[] {
  return Array.isArray(value) ? value.map((party) => readParty('', party)) : []
}

// The service keeps the owner and the row that an activity regards as parties of their own accord.
const implied: ReadonlySet<unknown> = new Set([8, 9])

/**
 * Whether an activity has just these parties, in whatever order. The kinds that the service keeps itself count only where the
 * row has some, and an address only where the row says one: the service fills in those of rows.
 */
export function sameParties(value: unknown, stored: unknown, ids: PartyIds): boolean {
  const wanted = partiesOf(value)
  const ownImplied = wanted.some(({ participationtypemask }) => implied.has(participationtypemask))
  const left = (Array.isArray(stored) ? stored : [])
    .map((each) => asJsonObject(each, 'parties'))
    .filter(({ participationtypemask }) => ownImplied || !implied.has(participationtypemask))
  // Those that say an address first, so that none of the others takes their place.
  const exactFirst = [...wanted].sort((one, other) => addressRank(one) - addressRank(other))
  for (const party of exactFirst) {
    const at = left.findIndex((each) => sameParty(party, each, ids))
    if (at === -1) return false
    left.splice(at, 1)
  }
  return left.length === 0
}

function addressRank({ addressused }: Party): number {
  return addressused === undefined ? 1 : 0
}

function sameParty(
  { participationtypemask, reference, addressused }: Party,
  stored: JsonObject,
  ids: PartyIds,
): boolean {
  if (stored.participationtypemask !== participationtypemask) return false
  if (addressused !== undefined && stored.addressused !== addressused) return false
  const { _partyid_value: id } = stored
  if (reference === undefined) return id === null || id === undefined
  return (
    sameReference(reference, id) || (ids.has(reference) && ids.get(reference) === String(id).toLowerCase())
  )
}
