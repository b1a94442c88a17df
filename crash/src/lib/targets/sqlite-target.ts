import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { syncName } from '../run/sync-name.js'
import type { CrashPlace, CrashTarget } from './crash-target.js'
import { viewOfTable } from './view-of-table.js'

/** A table in a file of SQLite on this machine's disk. */
export const sqliteTarget: CrashTarget = {
  standsOnFiles: false,
  async start() {
    const { DatabaseSync } = await import('@photostructure/sqlite')
    const fileOf = ({ directory }: CrashPlace): string => join(directory, '..', 'items.sqlite')
    return {
      settings: (place) => ({ file: fileOf(place), leaseWaitMs: 1000 }),
      async look(place, book) {
        if (!existsSync(fileOf(place))) return viewOfTable([], book)
        const database = new DatabaseSync(fileOf(place))
        try {
          const there = database.prepare("SELECT name FROM sqlite_master WHERE name = 'crash_items'").all()
          const rows = there.length === 0 ? [] : database.prepare(`SELECT * FROM ${syncName}`).all()
          return viewOfTable(rows as Record<string, unknown>[], book)
        } finally {
          database.close()
        }
      },
      async forget() {},
      async stop() {},
    }
  },
}
