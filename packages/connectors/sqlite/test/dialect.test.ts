import { createSqliteDialect } from '@deltaverse/sqlite'
import { type DialectHarness, dialectContract, type TestedDialect } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const place = filePlace()
type Dialect = ReturnType<typeof createSqliteDialect>
type Connection = Awaited<ReturnType<Dialect['connect']>>

/** SQLite, as somebody has changed it. */
function harness(
  change: (dialect: Dialect) => Partial<TestedDialect<Connection>> = () => ({}),
): DialectHarness<Connection> {
  let file = ''
  const open = () => {
    const dialect = createSqliteDialect({ file, busyWaitMs: 1_000 })
    return { ...dialect, ...change(dialect) }
  }
  return {
    create() {
      file = place.fresh()
      return open()
    },
    reopen: open,
  }
}

describe('createSqliteDialect() as a dialect', () => {
  for (const { name, run } of dialectContract(harness())) it(name, run)
})

type Change = (dialect: Dialect) => Partial<TestedDialect<Connection>>
const faults: readonly { readonly what: string; readonly caughtBy: string; readonly change: Change }[] = [
  {
    what: 'makes columns of another type than it says',
    caughtBy: 'gives back from its catalogue the types that it makes columns of',
    change: ({ types }) => ({
      types: { ...types, of: (type) => (type.kind === 'date' ? 'varchar' : types.of(type)) },
    }),
  },
  {
    what: 'takes views for tables',
    caughtBy: 'tells tables, views, keys and columns that it cannot fill from each other',
    change: ({ catalogue }) => ({
      catalogue: {
        ...catalogue,
        async readRelation(connection, table) {
          const found = await catalogue.readRelation(connection, table)
          return found && { ...found, isTable: true }
        },
      },
    }),
  },
  {
    what: 'sees no unique columns',
    caughtBy: 'finds the columns that may hold a value once',
    change: ({ catalogue }) => ({ catalogue: { ...catalogue, uniqueColumns: async () => [] } }),
  },
  {
    what: 'keeps decimals as doubles',
    caughtBy: 'brings values of every kind to the staging table as they are',
    change: ({ types }) => ({
      types: { ...types, of: (type) => (type.kind === 'decimal' ? 'REAL' : types.of(type)) },
    }),
  },
  {
    what: 'leaves rows in the staging table',
    caughtBy: 'makes the staging table anew for each transaction, and empties it',
    change: ({ text }) => ({ text: { ...text, emptyStage: `DELETE FROM ${text.stage} WHERE number > 1` } }),
  },
  {
    what: 'commits each statement',
    caughtBy: 'undoes what lies behind a savepoint, and goes on',
    change: () => ({ begin: () => [] }),
  },
  {
    what: 'takes a doubled value for any other fault',
    caughtBy: 'tells errors of rows, of doubled values and of missing tables from each other',
    change: ({ errors }) => ({ errors: { ...errors, isUniqueViolation: () => false } }),
  },
  {
    what: 'reads everything at once',
    caughtBy: 'reads in groups, of one moment',
    change: ({ connect }) => ({
      async connect() {
        const connection = await connect()
        return { ...connection, readGroups: (sql) => connection.readGroups(sql, 1_000) }
      },
    }),
  },
  {
    what: 'does not quote names',
    caughtBy: 'takes names of all characters, as long as it says',
    change: ({ text }) => ({ text: { ...text, table: (name) => name } }),
  },
  {
    what: 'takes narrowing for widening',
    caughtBy: 'gives a column a wider type with every value kept, where it says that it can',
    change: ({ types }) => ({ types: { ...types, isWidening: () => true } }),
  },
  {
    what: 'leases a name to everybody',
    caughtBy: 'leases a name to one holder at a time',
    change: ({ acquireLease }) => ({
      acquireLease: (name, waitMs) => acquireLease(`${name}${Math.random()}`, waitMs),
    }),
  },
  {
    what: 'writes the time as a number',
    caughtBy: 'tells the time as a moment',
    change: ({ text }) => ({ text: { ...text, now: "strftime('%s', 'now')" } }),
  },
]

describe('dialectContract()', () => {
  it.each(faults)('finds that somebody $what: "$caughtBy"', async ({ caughtBy, change }) => {
    const found = dialectContract(harness(change)).find(({ name }) => name === caughtBy)
    await expect(found?.run()).rejects.toThrow()
  })

  it('has a fault for every case', () => {
    const caught = new Set(faults.map(({ caughtBy }) => caughtBy))
    expect(dialectContract(harness()).filter(({ name }) => !caught.has(name))).toEqual([])
  })
})
