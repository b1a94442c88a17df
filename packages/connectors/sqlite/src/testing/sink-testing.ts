import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { SinkTesting, SinkTestPlace } from '@deltaverse/core'

/** A table in a file of SQLite, each place a file of its own. */
export const sinkTesting: SinkTesting = {
  standsOnFiles: false,
  async start() {
    // The driver that the sink does not take where Node brings one.
    const { DatabaseSync } = await import('@photostructure/sqlite')
    const fileOf = ({ directory }: SinkTestPlace): string => join(dirname(directory), 'items.sqlite')
    return {
      settings: (place) => ({ file: fileOf(place), leaseWaitMs: 1000, busyWaitMs: 1000 }),
      async look(place) {
        const { name } = place.table
        if (!existsSync(fileOf(place))) return { rows: [], isInPlace: true, torn: [] }
        const database = new DatabaseSync(fileOf(place))
        try {
          const there = database.prepare('SELECT name FROM sqlite_master WHERE name = ?').all(name)
          const rows = there.length === 0 ? [] : database.prepare(`SELECT * FROM ${name}`).all()
          return { rows: rows.map((row) => keptRow(row as Values)), isInPlace: true, torn: [] }
        } finally {
          database.close()
        }
      },
      /** A process that stands still keeps the lock of its lease; somebody may remove the file all the same. */
      async expireLease(place) {
        const folder = dirname(fileOf(place))
        const prefix = `${basename(fileOf(place))}-lease-`
        const leases = (await readdir(folder)).filter((name) => name.startsWith(prefix))
        for (const name of leases) await rm(join(folder, name))
      },
      async forget() {},
      async stop() {},
    }
  },
}

type Values = Record<string, unknown>

function keptRow({ id, row_version: version, epoch: _, ...values }: Values) {
  return { id: String(id), version: version === null ? undefined : String(version), values }
}
