import { type CallOptions, DataverseError } from '@deltaverse/core'
import type { ManyToManyEnd, MetadataReader, TableMetadata } from '@deltaverse/metadata'

/** A many-to-many relationship, seen from one of its tables. */
export interface LinkRelationship {
  readonly navigation: string
  /** The table whose entity set was given. */
  readonly from: TableMetadata
  readonly to: TableMetadata
  /** Entity set of the table that holds the pairs. */
  readonly intersectSet: string
  /** Its columns with the ids of both ends. */
  readonly fromColumn: string
  readonly toColumn: string
}

/**
 * Finds the relationship behind a navigation property.
 *
 * @throws DataverseError `not-found` for a table or navigation property that there is none of; it names those that there are
 */
export async function readRelationship(
  metadata: MetadataReader,
  entitySet: string,
  navigation: string,
  call: CallOptions,
): Promise<LinkRelationship> {
  const from = await metadata.tableOfSet(entitySet, call)
  const known: string[] = []
  for (const { ends, intersect } of await metadata.manyToMany(from.logicalName, call)) {
    for (const [own, other] of bothWays(ends)) {
      if (own.table !== from.logicalName) continue
      known.push(own.navigationProperty)
      if (own.navigationProperty !== navigation) continue
      const [to, pairs] = await Promise.all([
        metadata.table(other.table, call),
        metadata.table(intersect, call),
      ])
      const { entitySetName: intersectSet } = pairs
      return { navigation, from, to, intersectSet, fromColumn: own.column, toColumn: other.column }
    }
  }
  const names = known.length === 0 ? 'It has none.' : `It has ${[...new Set(known)].sort().join(', ')}.`
  throw new DataverseError(
    `Table '${from.logicalName}' has no many-to-many relationship under the navigation property '${navigation}'. ${names} Names are case-sensitive; rows of a one-to-many relationship are tied by their lookup.`,
    { code: 'not-found' },
  )
}

function bothWays(
  ends: readonly [ManyToManyEnd, ManyToManyEnd],
): (readonly [own: ManyToManyEnd, other: ManyToManyEnd])[] {
  const [first, second] = ends
  return [
    [first, second],
    [second, first],
  ]
}
