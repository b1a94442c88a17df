import type { ColumnValue, StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import type { BoundEntity, BoundLink, JoinedRow } from './bind-fetch.js'

/** The joined and filtered rows of a query, in the order of the primary keys of its first table. */
export function joinRows(service: Service, entity: BoundEntity): JoinedRow[] {
  const find = createFinder(service)
  const joined: JoinedRow[] = []
  for (const row of service.context.rows(entity.table.logicalName)) {
    joined.push(...joinLinks(service, find, new Map([[entity.source, row]]), row, entity.links))
  }
  return joined.filter((row) => entity.filter(row, service.related))
}

/** Finds the rows that a link leads to from the value of a column. */
type Finder = (link: BoundLink, value: ColumnValue) => readonly StoredRow[]

/** An index for each link is made when it is first asked. */
function createFinder(service: Service): Finder {
  const indexes = new Map<BoundLink, Map<string, StoredRow[]>>()
  return (link, value) => {
    let index = indexes.get(link)
    if (index === undefined) {
      index = new Map()
      for (const row of service.context.rows(link.table.logicalName)) {
        const key = keyOf(row[link.from.logicalName] ?? null)
        if (key === undefined) continue
        const known = index.get(key)
        if (known === undefined) index.set(key, [row])
        else known.push(row)
      }
      indexes.set(link, index)
    }
    const key = keyOf(value)
    return key === undefined ? [] : (index.get(key) ?? [])
  }
}

/** What two values are joined by; nulls join nothing. */
function keyOf(value: ColumnValue): string | undefined {
  if (value === null) return undefined
  return typeof value === 'object' ? value.id : String(value).toLowerCase()
}

function joinLinks(
  service: Service,
  find: Finder,
  joined: JoinedRow,
  parent: StoredRow,
  links: readonly BoundLink[],
): JoinedRow[] {
  let rows: JoinedRow[] = [joined]
  for (const link of links) {
    rows = rows.flatMap((row) => {
      const found = find(link, parent[link.to.logicalName] ?? null).flatMap((linked) => {
        const wider = new Map([...row, [link.source, linked]])
        if (!link.filter(wider, service.related)) return []
        return joinLinks(service, find, wider, linked, link.links)
      })
      return found.length === 0 && link.outer ? [row] : found
    })
  }
  return rows
}
