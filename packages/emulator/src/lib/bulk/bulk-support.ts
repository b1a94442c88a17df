import type { Table } from '../schema/table.js'

/** Whether a table has the bulk messages: by its definition; activities have not unless theirs says so. */
export function supportsBulk(table: Table): boolean {
  return table.definition.supportsBulk ?? !table.isActivity
}
