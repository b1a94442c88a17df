import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { CheckpointStore, HeldRow, Source } from '@deltaverse/core'
import { createFingerprints } from '@deltaverse/fingerprints'
import { findBinaries, noBinaries, startPostgres } from '@deltaverse/postgres/testing'
import { loadConnector } from '@deltaverse/registry'
import { type SyncSummary, sync, type VerifySummary, verify } from '@deltaverse/sync'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'

/** One sink, and one sync that keeps to it for the time of a test. */
export interface SinkUnderTest {
  run(source: Source): Promise<SyncSummary<unknown>>
  verify(source: Source, more?: { readonly repair?: boolean }): Promise<VerifySummary>
  /** Ids of the rows that it holds, by the alphabet. */
  ids(): Promise<readonly string[]>
  /** Everything that it keeps of the rows, as text. */
  text(): Promise<string>
  /** Somebody else changes rows in the target; absent where nobody can without the sink's own checksums telling. */
  readonly alter: ((set: string) => Promise<void>) | undefined
}

interface Way {
  readonly connector: string
  /** Looks at the rows with none of the sink's own code. */
  readonly look: (folder: string, table: string) => Promise<string>
  readonly settings: (folder: string) => object
  /** Sets columns of every row. */
  readonly alter?: (folder: string, table: string, set: string) => Promise<void>
  readonly fingerprints: boolean
}

const ways: Readonly<Record<string, Way>> = {}
function addWay(title: string, way: Omit<Way, 'fingerprints'>): void {
  const known = ways as Record<string, Way>
  known[title] = { ...way, fingerprints: false }
  known[`${title}, with fingerprints`] = { ...way, fingerprints: true }
}
for (const mode of ['log', 'mirror']) {
  for (const format of ['ndjson', 'csv']) {
    addWay(`files (${mode}, ${format})`, {
      connector: 'files',
      settings: (directory) => ({ directory, mode, format }),
      async look(folder) {
        const names = readdirSync(folder).filter((name) => name.endsWith(`.${format}`))
        return names.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
      },
    })
  }
}
type Sqlite = typeof import('@photostructure/sqlite')

/**
 * The library that the sink has in this very process. Two of them on one file in one process take each other's locks away, as locks of a
 * file are the process's ("How To Corrupt An SQLite Database File", 2.2.1).
 */
async function sqliteOfThisProcess(): Promise<Sqlite> {
  const own = process.getBuiltinModule?.('node:sqlite') as Sqlite | undefined
  return own ?? (await import('@photostructure/sqlite'))
}

addWay('sqlite', {
  connector: 'sqlite',
  settings: (folder) => ({ file: join(folder, 'rows.sqlite') }),
  async alter(folder, table, set) {
    const { DatabaseSync } = await sqliteOfThisProcess()
    const database = new DatabaseSync(join(folder, 'rows.sqlite'))
    try {
      database.exec(`UPDATE ${table} SET ${set}`)
    } finally {
      database.close()
    }
  },
  async look(folder, table) {
    const { DatabaseSync } = await sqliteOfThisProcess()
    const database = new DatabaseSync(join(folder, 'rows.sqlite'))
    try {
      return JSON.stringify(database.prepare(`SELECT * FROM ${table}`).all())
    } finally {
      database.close()
    }
  },
})

/** A schema of its own for each folder. */
function schemaOf(folder: string): string {
  return basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '_')
}

/** Describes tests once for each sink, with and without fingerprints. */
export function describeEverySink(
  name: string,
  body: (open: (table: string) => SinkUnderTest) => void,
): void {
  for (const [title, way] of Object.entries(ways)) {
    describe(`${name}: ${title}`, () => body(opener(way)))
  }
  const binaries = findBinaries()
  const title = binaries === undefined ? `postgres (skipped: ${noBinaries})` : 'postgres'
  describe.skipIf(binaries === undefined)(`${name}: ${title}`, () => {
    let server: Awaited<ReturnType<typeof startPostgres>> | undefined
    beforeAll(async () => {
      server = await startPostgres(binaries ?? '')
    })
    afterAll(() => server?.stop())
    const connectionString = () => {
      const { host, port, user, database } = server?.settings ?? {}
      return `postgres://${user}@${host}:${port}/${database}`
    }
    const query = async (statement: string) => {
      const client = new pg.Client({ connectionString: connectionString() })
      await client.connect()
      try {
        return await client.query(statement)
      } finally {
        await client.end()
      }
    }
    const way: Way = {
      connector: 'postgres',
      async alter(folder, table, set) {
        await query(`UPDATE ${schemaOf(folder)}.${table} SET ${set}`)
      },
      settings: (folder) => ({ connectionString: connectionString(), schema: schemaOf(folder) }),
      fingerprints: true,
      look: async (folder, table) =>
        JSON.stringify((await query(`SELECT * FROM ${schemaOf(folder)}.${table}`)).rows),
    }
    body(opener(way))
  })
}

function opener(way: Way): (table: string) => SinkUnderTest {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })
  return (table) => {
    const folder = mkdtempSync(join(tmpdir(), 'deltaverse-sinks-'))
    folders.push(folder)
    const openSink = async () => {
      const connector = await loadConnector(way.connector)
      if (connector.sink === undefined) throw new Error(`${way.connector} is no sink`)
      return connector.sink.open({ ...way.settings(folder) }, { name: table })
    }
    const partsOf = (checkpoints: CheckpointStore | undefined) => ({
      name: table,
      ...(checkpoints && { checkpoints }),
      ...(way.fingerprints && { fingerprints: createFingerprints({ directory: join(folder, 'known') }) }),
      maxDeleteShare: 1,
    })
    return {
      async run(source) {
        const { sink, checkpoints, release } = await openSink()
        try {
          return await sync({ ...partsOf(checkpoints), source, sink } as never)
        } finally {
          await release()
        }
      },
      async verify(source, more) {
        const { sink, checkpoints, release } = await openSink()
        try {
          return await verify({ ...partsOf(checkpoints), ...more, source, sink } as never)
        } finally {
          await release()
        }
      },
      text: () => way.look(folder, table),
      alter: way.alter && ((set) => way.alter?.(folder, table, set) ?? Promise.resolve()),
      async ids() {
        const { sink, checkpoints, release } = await openSink()
        try {
          const loaded = 'loadState' in sink ? await sink.loadState(table) : await checkpoints?.load(table)
          await sink.open(loaded?.state.position)
          const held = new Map<string, HeldRow>()
          for await (const rows of sink.held?.() ?? []) for (const row of rows) held.set(row.id, row)
          await sink.close()
          return [...held.values()].flatMap(({ id, deleted }) => (deleted ? [] : [id])).sort()
        } finally {
          await release()
        }
      },
    }
  }
}
