import { pairKeyName } from '../schema/resolve-intersect.js'
import type { ManyToManyNavigation } from '../schema/table.js'
import type { Service } from '../service.js'
import { duplicateRow } from '../writing/write-row.js'

/**
 * Pairs two rows that exist. Must run inside a transaction. Neither row changes.
 *
 * @throws ServiceError 412 (by option not at all) when they are a pair already.
 */
export function addPair(
  service: Service,
  navigation: ManyToManyNavigation,
  id: string,
  otherId: string,
): void {
  if (findPair(service, navigation, id, otherId) !== undefined) {
    // Not documented; a client that adds what is there already must be ready for it.
    if (service.options.existingLinkStatus === 204) return
    throw duplicateRow()
  }
  const { intersect, ownColumn, otherColumn } = navigation
  const table = service.schema.byLogicalName(intersect)
  if (table === undefined) throw new TypeError(`There is no table '${intersect}'`)
  const pairId = service.ids.next()
  const pair = { [table.primaryIdColumn]: pairId, [ownColumn]: id, [otherColumn]: otherId }
  service.store.put(intersect, pairId, pair)
}

/** Takes a pair apart and tells whether it was one. Must run inside a transaction. */
export function removePair(
  service: Service,
  navigation: ManyToManyNavigation,
  id: string,
  otherId: string,
): boolean {
  const pairId = findPair(service, navigation, id, otherId)
  if (pairId === undefined) return false
  service.store.remove(navigation.intersect, pairId)
  return true
}

function findPair(
  { store }: Service,
  { intersect, ownColumn, otherColumn }: ManyToManyNavigation,
  id: string,
  otherId: string,
): string | undefined {
  return store.table(intersect).idByKey(pairKeyName, { [ownColumn]: id, [otherColumn]: otherId })
}
