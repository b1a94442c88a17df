import type { Emulator } from '@deltaverse/emulator'
import { createSeededRandom } from '@deltaverse/testing'

/** A table that somebody writes to: creates, changes, deletes, and creates again what was deleted. */
export interface BusyTable {
  /** One write, or two. */
  disturb(): void
  /** Rows as text, for comparing. */
  contents(): string[]
}

/** Empties `products` and fills it with some rows; everything that happens to it afterwards follows from the seed. */
export function createBusyTable(emulator: Emulator, seed: number, rows: number): BusyTable {
  const table = emulator.table('products')
  const random = createSeededRandom(seed).next
  const below = (limit: number) => Math.floor(random() * limit)
  const gone: string[] = []
  let numbers = 0

  function create(productid?: string): void {
    numbers += 1
    const productnumber = `P${seed}-${numbers}`
    table.create({ name: `New ${numbers}`, productnumber, ...(productid !== undefined && { productid }) })
  }

  function write(): void {
    const ids = table.rows().map((row) => String(row.productid))
    const id = ids[below(ids.length)]
    const dice = random()
    if (dice < 0.2 || id === undefined) create()
    else if (dice < 0.3) create(gone.splice(below(gone.length), 1)[0])
    else if (dice < 0.55) {
      table.remove(id)
      gone.push(id)
    } else {
      numbers += 1
      table.update(id, { name: `Changed ${numbers}` })
    }
  }

  for (const row of table.rows()) table.remove(String(row.productid))
  for (let index = 0; index < rows; index += 1) create()
  return {
    disturb() {
      write()
      if (random() < 0.5) write()
    },
    contents: () => contentsOf(table.rows()),
  }
}

export function contentsOf(rows: Iterable<Record<string, unknown>>): string[] {
  return [...rows].map((row) => `${row.productid} ${row.name} ${row.productnumber}`).sort()
}
