import type { EmulatedTable } from './emulated-table.js'

/** Columns of the table that `feed()` does not select by itself. */
export const wide = ['name', 'productnumber', 'description', 'price'] as const
export const more = ['description', 'price'] as const

/** Fills the columns that a narrow feed does not read. */
export function fill(table: EmulatedTable, ids: readonly string[]): void {
  const rows = table.emulator.table('products')
  for (const [at, id] of ids.entries()) rows.update(id, { description: `About ${id}`, price: at + 0.5 })
}

/** What a sink must hold of these columns: id to their values. */
export function expectedOf(table: EmulatedTable, columns: readonly string[]): Record<string, unknown[]> {
  const rows = table.emulator.table('products').rows()
  return Object.fromEntries(rows.map((row) => [String(row.productid), columns.map((name) => row[name])]))
}

export function heldOf(
  rows: ReadonlyMap<string, string>,
  columns: readonly string[],
): Record<string, unknown[]> {
  return Object.fromEntries(
    [...rows].map(([id, text]) => {
      const row = JSON.parse(text) as Record<string, unknown>
      return [id, columns.map((name) => row[name])]
    }),
  )
}
