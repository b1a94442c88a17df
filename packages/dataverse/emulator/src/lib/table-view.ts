import { createWithRelated } from './associations/create-with-related.js'
import { rowNotFound } from './routes/find-row.js'
import { identityOf, rowIdentity } from './schema/row-identity.js'
import type { Table } from './schema/table.js'
import type { StoredRow } from './schema/table-definition.js'
import type { Service } from './service.js'
import { deleteRow } from './writing/delete-row.js'
import { readBody } from './writing/read-body.js'
import { updateRow } from './writing/write-row.js'

/** One table's rows, without HTTP: to arrange tests and to check what they left behind. */
export interface TableView {
  count(): number
  /** Every row with all its columns but images, as Web API JSON, in the order of the primary keys. */
  rows(): Record<string, unknown>[]
  /** `partition` is for elastic tables, here and below. */
  get(id: string, partition?: string): Record<string, unknown> | undefined
  /** Creates a row from the body of a `POST`; returns its id. */
  create(row: Readonly<Record<string, unknown>>): string
  /** Changes a row as a `PATCH` does. */
  update(id: string, row: Readonly<Record<string, unknown>>, partition?: string): void
  /** Deletes a row with all that follows from it. */
  remove(id: string, partition?: string): void
}

/**
 * Creates the view of a table.
 *
 * @throws TypeError when there is no such table.
 */
export function createTableView(service: Service, entitySetOrLogicalName: string): TableView {
  const found = (): Table => {
    const table =
      service.schema.byEntitySet(entitySetOrLogicalName) ??
      service.schema.byLogicalName(entitySetOrLogicalName)
    if (table === undefined) throw new TypeError(`There is no table '${entitySetOrLogicalName}'`)
    return table
  }
  const existing = (table: Table, id: string, partition?: string): StoredRow => {
    const row = service.store.table(table.logicalName).get(identityOf(id.toLowerCase(), partition))
    if (row === undefined) throw rowNotFound(table, { kind: 'id', id })
    return row
  }
  found()
  return {
    count: () => service.store.table(found().logicalName).size,
    rows() {
      const table = found()
      return [...service.context.rows(table.logicalName)].map((row) => toJson(table, row))
    },
    get(id, partition) {
      const table = found()
      const row = service.store.table(table.logicalName).get(identityOf(id.toLowerCase(), partition))
      return row && toJson(table, row)
    },
    create(row) {
      const table = found()
      const created = service.store.transact(() => createWithRelated(service, table, row))
      return created[table.primaryIdColumn] as string
    },
    update(id, row, partition) {
      const table = found()
      service.store.transact(() =>
        updateRow(
          service,
          table,
          existing(table, id, partition),
          readBody(service, table, row, 'update', existing(table, id, partition)),
        ),
      )
    },
    remove(id, partition) {
      const table = found()
      const row = existing(table, id, partition)
      service.store.transact(() => deleteRow(service, table, rowIdentity(table, row)))
    },
  }
}

/** Big integers stay bigints, as no number of JavaScript holds them. */
function toJson(table: Table, row: StoredRow): Record<string, unknown> {
  const json: Record<string, unknown> = { '@odata.etag': `W/"${row.versionnumber}"` }
  for (const column of table.usualProperties) {
    const value = row[column.logicalName] ?? null
    json[column.wireName] = value !== null && typeof value === 'object' ? value.id : value
  }
  return json
}
