import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '@deltaverse/core'
import { afterAll } from 'vitest'
import { type Database, loadDriver, type Statement } from '../../src/driver.js'

/** Files of a test, in a folder that goes at its end. */
export interface FilePlace {
  /** A path that nothing lies at. */
  fresh(): string
  /** Runs a statement on a connection of its own, closed behind it. */
  query<R extends Row>(path: string, sql: string): Promise<R[]>
  /** Opens a file as any program does. */
  open(path: string): Promise<Database>
}

export function filePlace(): FilePlace {
  const folder = mkdtempSync(join(tmpdir(), 'deltaverse-sqlite-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  let files = 0
  const place: FilePlace = {
    fresh: () => join(folder, `${++files}.db`),
    async open(path) {
      const { DatabaseSync } = await loadDriver()
      return new DatabaseSync(path)
    },
    async query(path, sql) {
      const database = await place.open(path)
      try {
        const statement = database.prepare(sql) as Statement & { setReadBigInts(enabled: boolean): void }
        statement.setReadBigInts(true)
        return statement.all({}).map((row) => withNumbers(row as Row)) as never[]
      } finally {
        database.close()
      }
    },
  }
  return place
}

/** Integers that a double holds as numbers, others as text. */
function withNumbers(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (typeof value !== 'bigint') return [name, value]
      return [name, Number.isSafeInteger(Number(value)) ? Number(value) : String(value)]
    }),
  )
}
