import type { ManyNavigation, ManyToManyNavigation } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { RelatedRows } from './related-rows.js'

/** The rows that a collection leads to from the row of an id, in the order of their primary keys. */
export function collectionRows(
  related: RelatedRows,
  navigation: ManyNavigation,
  id: string,
): Iterable<StoredRow> {
  if (navigation.kind === 'collection') {
    return related.referencing(navigation.table, navigation.column.logicalName, id)
  }
  return pairedIds(related, navigation, id)
    .sort()
    .map((each) => related.get(navigation.table, each))
    .filter((row) => row !== undefined)
}

/** The ids of the rows that are paired with the row of an id, in no order. */
export function pairedIds(
  related: RelatedRows,
  { intersect, ownColumn, otherColumn }: ManyToManyNavigation,
  id: string,
): string[] {
  return [...related.referencing(intersect, ownColumn, id)].map((pair) => String(pair[otherColumn]))
}
