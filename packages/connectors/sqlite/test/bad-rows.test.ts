import { type DeadLetter, readDeadLetters } from '@deltaverse/bad-rows'
import { createSqliteSink, type SqlEvent, type SqliteSinkOptions, type SqlSink } from '@deltaverse/sqlite'
import { account, deleted, fullRead, idOf } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const place = filePlace()
const long = 'much too long for ten characters'
const columns: SqliteSinkOptions['columns'] = [
  { member: 'name', type: 'text' },
  { member: 'employees', type: 'int32', optional: true },
]

const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => account(from + at, { name: 'short', employees: 1 }))
const bad = [account(2, { name: long, employees: 2 }, 2), account(15_000, { name: long, employees: 3 }, 2)]
const letterOf = ({ id, column, kept, kind }: DeadLetter) => ({ id, column, kept, kind })

/** A table that takes names of ten characters, by a constraint that was there before, or a trigger. */
const constraints = {
  'a check': { create: 'CHECK (length(name) <= 10)', after: undefined },
  'a trigger': {
    create: undefined,
    after: `CREATE TRIGGER no BEFORE INSERT ON accounts WHEN length(NEW.name) > 10 BEGIN SELECT RAISE(ABORT, 'no'); END`,
  },
}

async function put(sink: SqlSink, ...events: Parameters<SqlSink['write']>[0]): Promise<void> {
  await sink.write(events)
  await sink.commit()
}

describe.each(Object.entries(constraints))('rows that break %s', (_, { create, after }) => {
  describe.each(['in-place', 'at-end'] as const)('(%s)', (resync) => {
    async function opened(onBadRow: 'stop' | 'dead-letter' | 'null-and-report', events?: SqlEvent[]) {
      const path = place.fresh()
      const file = `${path}.letters`
      const database = await place.open(path)
      database.exec(
        `CREATE TABLE accounts (id TEXT NOT NULL PRIMARY KEY, row_version INTEGER, epoch INTEGER NOT NULL, name TEXT ${create ?? ''}, employees INTEGER)`,
      )
      if (after !== undefined) database.exec(after)
      database.close()
      const sink = createSqliteSink({
        file: path,
        table: 'accounts',
        columns,
        resync,
        onBadRow,
        onEvent: (event) => void events?.push(event),
        ...(onBadRow !== 'stop' && { deadLetterFile: file }),
      })
      await sink.open(undefined)
      await put(sink, ...fullRead(1, many(1, 3)))
      return { path, file, sink }
    }

    async function rowsOf(path: string): Promise<Record<string, unknown>> {
      const rows = await place.query(path, 'SELECT id, name, employees, row_version AS version FROM accounts')
      return Object.fromEntries(rows.map(({ id, ...row }) => [id, row]))
    }

    it('end a commit, of which nothing takes effect', async () => {
      const { path, sink } = await opened('stop')
      const before = await rowsOf(path)
      await expect(put(sink, ...many(10, 20), ...bad)).rejects.toMatchObject({ code: 'sink-failed' })
      expect(await rowsOf(path)).toEqual(before)
    })

    it('go to the dead letters, and the others to the table', async () => {
      const events: SqlEvent[] = []
      const { path, file, sink } = await opened('dead-letter', events)
      await put(sink, ...many(10, 1_200), ...bad, deleted(idOf(3)), ...many(20_000, 700))
      const letters = await readDeadLetters(file)
      expect(letters.map(letterOf)).toEqual(
        [2, 15_000].map((number) => ({ id: idOf(number), kept: 'nothing', kind: 'upserted' })),
      )
      expect(letters[0]).toMatchObject({ rowVersion: '2002', row: { name: long, employees: 2 } })
      expect(events).toEqual(letters.map((letter) => ({ kind: 'bad-row', letter })))
      const rows = await rowsOf(path)
      expect(Object.keys(rows)).toHaveLength(2 + 1_900)
      expect(rows[idOf(2)]).toEqual({ name: 'short', employees: 1, version: 1002 })
    })

    it('are kept without the value, under a version that no row has', async () => {
      const { path, file, sink } = await opened('null-and-report')
      await put(sink, ...many(10, 20), ...bad)
      expect((await readDeadLetters(file)).map(letterOf)).toEqual(
        [2, 15_000].map((number) => ({
          id: idOf(number),
          column: 'name',
          kept: 'without-column',
          kind: 'upserted',
        })),
      )
      const rows = await rowsOf(path)
      expect(rows[idOf(2)]).toEqual({ name: null, employees: 2, version: 0 })
      expect(rows[idOf(15_000)]).toEqual({ name: null, employees: 3, version: 0 })
    })

    it('are left out of a snapshot', async () => {
      const { path, file, sink } = await opened('dead-letter')
      await put(sink, ...fullRead(2, [...many(1, 1), ...bad, ...many(3, 2_000)]))
      expect((await readDeadLetters(file)).map(({ id }) => id).sort()).toEqual([idOf(2), idOf(15_000)].sort())
      const rows = await rowsOf(path)
      expect(Object.keys(rows)).toHaveLength(resync === 'at-end' ? 2_002 : 2_001)
    })
  })
})

describe('values that the table takes once', () => {
  async function opened(resync: 'in-place' | 'at-end') {
    const path = place.fresh()
    const sink = createSqliteSink({ file: path, table: 'accounts', columns, resync })
    await sink.open(undefined)
    await put(sink, ...fullRead(1, [named(1, 'a'), named(2, 'b'), named(3, 'c')]))
    const database = await place.open(path)
    database.exec('CREATE UNIQUE INDEX once ON accounts (name)')
    database.close()
    const names = async (): Promise<Record<string, unknown>> => {
      const rows = await place.query(path, 'SELECT id, name FROM accounts')
      return Object.fromEntries(rows.map(({ id, name }) => [id, name]))
    }
    return { sink, names }
  }
  const named = (number: number, name: string, version = 1) => account(number, { name }, version)

  it.each(['in-place', 'at-end'] as const)('move from row to row and are swapped (%s)', async (resync) => {
    const { sink, names } = await opened(resync)
    await put(sink, named(4, 'a', 2), deleted(idOf(1)))
    await put(sink, named(2, 'c', 3), named(3, 'b', 3), named(4, 'a', 3))
    expect(await names()).toEqual({ [idOf(2)]: 'c', [idOf(3)]: 'b', [idOf(4)]: 'a' })
    const [begin, ...rest] = fullRead(2, [named(5, 'a', 4), named(2, 'b', 4), named(3, 'c', 4)])
    if (begin !== undefined) await put(sink, begin, ...rest.slice(0, 1))
    await put(sink, ...rest.slice(1))
    expect(await names()).toEqual({ [idOf(5)]: 'a', [idOf(2)]: 'b', [idOf(3)]: 'c' })
  })
})
