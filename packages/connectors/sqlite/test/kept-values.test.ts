import { createSqliteSink, type SqlColumn, type SqliteSinkOptions, type SqlSink } from '@deltaverse/sqlite'
import { account, deleted, fullRead, idOf, upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const place = filePlace()
const columns: readonly SqlColumn[] = [
  { member: 'name', type: 'text', optional: true },
  { member: 'fax', type: 'text', optional: true },
]

async function opened(options: Partial<SqliteSinkOptions> = {}): Promise<{ file: string; sink: SqlSink }> {
  const file = place.fresh()
  const sink = createSqliteSink({ file, table: 'accounts', columns, ...options })
  await sink.open(undefined)
  return { file, sink }
}

async function put(sink: SqlSink, ...events: Parameters<SqlSink['write']>[0]): Promise<void> {
  await sink.write(events)
  await sink.commit()
}

const row = (number: number, members: Record<string, unknown>) => upserted(idOf(number), members)
/** In the order of the numbers that ids are made of. */
async function rows(file: string): Promise<unknown[]> {
  const found = await place.query(file, 'SELECT id, name, fax FROM accounts')
  const byId = new Map(found.map(({ id, name, fax }) => [id, { name, fax }]))
  return [1, 2, 3, 4].flatMap((number) => byId.get(idOf(number)) ?? [])
}

describe('a member that a row comes without', () => {
  it('keeps what the column held, also over several mentions in one commit', async () => {
    const { file, sink } = await opened()
    await put(sink, row(1, { name: 'a', fax: '1' }), row(2, { name: 'b', fax: '2' }))
    await put(
      sink,
      row(1, { name: 'A' }),
      row(2, { name: 'gone' }),
      deleted(idOf(2)),
      row(2, { fax: 'back' }),
    )
    await put(sink, row(1, { fax: '11' }), row(1, {}), row(3, { name: 'c' }), row(3, { fax: '3' }))
    expect(await rows(file)).toEqual([
      { name: 'A', fax: '11' },
      { name: null, fax: 'back' },
      { name: 'c', fax: '3' },
    ])
  })

  it.each(['in-place', 'at-end'] as const)('keeps it in a snapshot too (%s)', async (resync) => {
    const { file, sink } = await opened({ resync })
    await put(sink, ...fullRead(1, [row(1, { name: 'a', fax: '1' }), row(2, { name: 'b', fax: '2' })]))
    await put(sink, ...fullRead(2, [row(1, { name: 'A' }), row(2, { fax: '22' }), row(2, { name: 'B' })]))
    expect(await rows(file)).toEqual([
      { name: 'A', fax: '1' },
      { name: 'B', fax: '22' },
    ])
  })
})

describe('a column that the sync has filled and somebody took away', () => {
  it.each([
    ['dropped', 'DROP COLUMN fax'],
    ['renamed', 'RENAME COLUMN fax TO telefax'],
  ])('is missed, and not made anew and empty (%s)', async (_, change) => {
    const { file, sink } = await opened()
    await sink.write([row(1, { name: 'a', fax: '1' })])
    const position = await sink.commit()
    const database = await place.open(file)
    database.exec(`ALTER TABLE accounts ${change}`)
    database.close()
    const next = createSqliteSink({ file, table: 'accounts', columns })
    await expect(next.open(position)).rejects.toMatchObject({ code: 'sink-mismatch', message: /'fax'/ })
  })
})

describe('values that the table takes once', () => {
  it.each(['in-place', 'at-end'] as const)('move from row to row, and are swapped (%s)', async (resync) => {
    const { file, sink } = await opened({ resync })
    const named = (number: number, name: string) => account(number, { name })
    await put(sink, ...fullRead(1, [named(1, 'a'), named(2, 'b'), named(3, 'c')]))
    const database = await place.open(file)
    database.exec('CREATE UNIQUE INDEX once ON accounts (name)')
    database.close()
    await put(sink, named(4, 'a'), deleted(idOf(1)))
    await put(sink, named(2, 'c'), named(3, 'b'))
    await put(sink, ...fullRead(2, [named(2, 'b'), named(3, 'a'), named(4, 'c')]))
    expect(await rows(file)).toMatchObject([{ name: 'b' }, { name: 'a' }, { name: 'c' }])
    await sink.write([named(5, 'secret'), named(6, 'secret')])
    await expect(sink.commit()).rejects.toMatchObject({ code: 'sink-failed', message: /accounts\.name/ })
  })
})
