import { createKeyResolver, type KeyResolution, type KeyResolver } from '@deltaverse/alternate-keys'
import type { DataverseClient } from '@deltaverse/client'
import { DataverseError } from '@deltaverse/core'
import type { MetadataReader } from '@deltaverse/metadata'
import { describeRef, type KeyValues } from '@deltaverse/values'
import type { RunContext } from '../plan/run-context.js'
import { failed, type Settle } from '../result/row-outcome.js'
import type { PendingRow } from '../row/pending-row.js'
import type { LinkRelationship } from './link-relationship.js'
import { type PendingPair, pairOf } from './pending-pair.js'
import { readPairs } from './read-pairs.js'

/** Looks pairs up before they are written. */
export type LocatePairs = (
  context: RunContext,
  items: readonly PendingRow[],
  settle: Settle,
) => Promise<readonly PendingRow[]>

export interface LocateOptions {
  readonly client: DataverseClient
  readonly metadata: MetadataReader
  readonly relationship: LinkRelationship
  readonly skipUnchanged: boolean
}

/**
 * Makes the look-up of one run: it finds the GUIDs of ends that are named by a key, many in one query, and where that is wanted
 * which pairs exist. How `$ref` takes alternate keys, in the address or in the reference, is not documented; GUIDs are.
 */
export function createPairLocator({
  client,
  metadata,
  relationship,
  skipUnchanged,
}: LocateOptions): LocatePairs {
  const { from, to } = relationship
  // Made for each run: what it remembers must not outlive it.
  const resolver = createKeyResolver(client, { metadata, missTtlMs: 0 })
  return async (context, items, settle) => {
    const pairs = items.map(pairOf)
    const queriesBefore = resolver.stats().queries
    const misses = new Map<PendingPair, DataverseError>()
    await Promise.all([
      findEnds(context, resolver, pairs, 'from', from.logicalName, misses),
      findEnds(context, resolver, pairs, 'to', to.logicalName, misses),
    ])
    context.counts.reads += resolver.stats().queries - queriesBefore
    const located = pairs.filter((pair) => {
      const miss = misses.get(pair)
      if (miss === undefined) return true
      settleMiss(pair, miss, settle)
      return false
    })
    if (!skipUnchanged) return located
    const existing = await readPairs(context, relationship, located)
    return located.filter((pair) => {
      if (existing.has(pair) !== (pair.names.kind === 'associate')) return true
      settle(pair, { status: 'unchanged' })
      return false
    })
  }
}

async function findEnds(
  { signal }: RunContext,
  resolver: KeyResolver,
  pairs: readonly PendingPair[],
  end: 'from' | 'to',
  table: string,
  misses: Map<PendingPair, DataverseError>,
): Promise<void> {
  const open = pairs.filter(({ ids }) => ids[end] === undefined)
  if (open.length === 0) return
  const keys = open.map(({ names }) => names[end] as KeyValues)
  const found = await resolver.resolveMany(table, keys, { signal })
  for (const [at, pair] of open.entries()) {
    const resolution = found[at]
    if (resolution?.status === 'found') pair.ids[end] = resolution.id
    else misses.set(pair, toMiss(describeRef(table, pair.names[end]), resolution))
  }
}

function toMiss(row: string, resolution: KeyResolution | undefined): DataverseError {
  switch (resolution?.status) {
    case 'invalid':
      return resolution.error
    case 'ambiguous':
      return new DataverseError(
        `There are ${resolution.ids.length} rows ${row}: give a key that is Active, or the GUID.`,
        { code: 'bad-input' },
      )
    default:
      return new DataverseError(`There is no row ${row}: write it before its pairs.`, { code: 'not-found' })
  }
}

/** A row that is not there is no part of a pair: to take such a pair apart, nothing has to be done. */
function settleMiss(pair: PendingPair, miss: DataverseError, settle: Settle): void {
  const gone = miss.code === 'not-found' && pair.names.kind === 'disassociate'
  settle(pair, gone ? { status: 'unchanged' } : failed(pair, miss))
}
