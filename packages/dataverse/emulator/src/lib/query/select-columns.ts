import type { Column, Table } from '../schema/table.js'
import { optionRefused, unknownProperty } from './query-errors.js'

/** What `$select` asks for: the columns it names, and all columns that are therefore sent. */
export interface Selection {
  readonly selected: readonly Column[] | undefined
  readonly select: readonly Column[] | undefined
}

/** Understands `$select`. `undefined` and `*` mean every column. */
export function parseSelect(text: string | undefined, table: Table): Selection {
  if (text === undefined) return { selected: undefined, select: undefined }
  const names = text.split(',').map((name) => name.trim())
  if (names.includes('*')) return { selected: undefined, select: undefined }
  const selected = [...new Set(names.map((name) => selectedColumn(name, table)))]
  return { selected, select: withCompanions(selected, table) }
}

function selectedColumn(name: string, table: Table): Column {
  if (name === '') throw optionRefused("Term '' is not valid in a $select or $expand expression.")
  const column = table.readProperty(name)
  if (column === undefined) throw unknownProperty(name, table.logicalName)
  return column
}

// The service adds these unasked: the composed address of an address part, the currency of an amount, the primary key.
function withCompanions(selected: readonly Column[], table: Table): Column[] {
  const columns = new Set(selected)
  for (const column of selected) {
    const address = /^address\d(?=_)/.exec(column.logicalName)?.[0]
    const composite = address === undefined ? undefined : table.column(`${address}_composite`)
    if (composite?.composition?.includes(`{${column.logicalName}}`)) columns.add(composite)
  }
  const currency = table.column('transactioncurrencyid')
  if (currency !== undefined && selected.some((column) => column.type === 'money')) columns.add(currency)
  columns.add(table.primaryKey)
  return [...columns]
}
