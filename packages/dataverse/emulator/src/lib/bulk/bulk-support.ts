import type { Table } from '../schema/table.js'

/** Whether a table has the bulk messages: by its definition, else all but activities and intersect tables. */
export function supportsBulk(table: Table): boolean {
  return (
    table.definition.supportsBulk ??
    !(table.isActivity || table.holdsParties || table.holdsFiles || table.intersect !== undefined)
  )
}
