import type { PostgresSinkOptions, SqlColumn, SqlSink } from '@deltaverse/postgres'
import { accountRow, deleted, fullRead, idOf, upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { nameSink, put } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

const columns: readonly SqlColumn[] = [
  { member: 'name', type: 'text', optional: true },
  { member: 'fax', type: 'text', optional: true },
]

/** What a table keeps of rows that come without some of their members, and of columns that somebody took away. */
export function keptValueTests(database: TestDatabase): void {
  async function opened(
    options: Partial<PostgresSinkOptions> = {},
  ): Promise<{ schema: string; sink: SqlSink }> {
    const schema = database.freshSchema()
    const sink = nameSink(database, schema, { columns, ...options })
    await sink.open(undefined)
    return { schema, sink }
  }
  const row = (number: number, members: Record<string, unknown>) => upserted(idOf(number), members)
  /** In the order of the numbers that ids are made of. */
  async function rows(schema: string): Promise<unknown[]> {
    const found = await database.query(`SELECT id::text, name, fax FROM ${schema}.accounts`)
    const byId = new Map(found.map(({ id, name, fax }) => [id, { name, fax }]))
    return [1, 2, 3, 4].flatMap((number) => byId.get(idOf(number)) ?? [])
  }

  describe('a member that a row comes without', () => {
    it('keeps what the column held, also over several mentions in one commit', async () => {
      const { schema, sink } = await opened()
      await put(sink, row(1, { name: 'a', fax: '1' }), row(2, { name: 'b', fax: '2' }), row(3, { name: 'c' }))
      await put(sink, row(1, { name: 'A' }), row(2, { fax: null }), row(3, { fax: '3' }))
      expect(await rows(schema)).toEqual([
        { name: 'A', fax: '1' },
        { name: 'b', fax: null },
        { name: 'c', fax: '3' },
      ])
      await put(
        sink,
        row(1, { name: 'x', fax: 'x' }),
        row(1, { fax: 'y' }),
        row(1, {}),
        row(2, { name: 'gone' }),
        deleted(idOf(2)),
        row(2, { fax: 'back' }),
        row(4, { name: 'd' }),
        row(4, { fax: '4' }),
      )
      expect(await rows(schema)).toEqual([
        { name: 'x', fax: 'y' },
        { name: null, fax: 'back' },
        { name: 'c', fax: '3' },
        { name: 'd', fax: '4' },
      ])
    })

    it.each(['in-place', 'at-end'] as const)('keeps it in a snapshot too (%s)', async (resync) => {
      const { schema, sink } = await opened({ resync })
      await put(sink, ...fullRead(1, [row(1, { name: 'a', fax: '1' }), row(2, { name: 'b', fax: '2' })]))
      await put(sink, ...fullRead(2, [row(1, { name: 'A' }), row(2, { fax: '22' }), row(2, { name: 'B' })]))
      expect(await rows(schema)).toEqual([
        { name: 'A', fax: '1' },
        { name: 'B', fax: '22' },
      ])
    })

    it('becomes empty where told so', async () => {
      const { schema, sink } = await opened({ absentMembers: 'empty' })
      await put(sink, row(1, { name: 'a', fax: '1' }))
      await put(sink, row(1, { name: 'A' }))
      expect(await rows(schema)).toEqual([{ name: 'A', fax: null }])
    })

    it('is quick with many rows', async () => {
      const { schema, sink } = await opened()
      const many = Array.from({ length: 20_000 }, (_, number) => row(number, { name: 'a', fax: '1' }))
      await put(sink, ...many)
      await put(sink, ...many.map(({ id }) => upserted(id, { name: 'b' })), row(7, { fax: '7' }))
      const [counted] = await database.query(
        `SELECT count(*) FILTER (WHERE name = 'b' AND fax = '1')::integer AS rows FROM ${schema}.accounts`,
      )
      expect(counted).toEqual({ rows: 19_999 })
    })
  })

  describe('a column that the sync has filled and somebody took away', () => {
    it.each([
      ['dropped', 'DROP COLUMN fax'],
      ['renamed', 'RENAME COLUMN fax TO telefax'],
    ])('is missed, and not made anew and empty (%s)', async (_, change) => {
      const { schema, sink } = await opened()
      const position = await put(sink, upserted(idOf(1), accountRow(1, { fax: '1' })))
      await database.query(`ALTER TABLE ${schema}.accounts ${change}`)
      for (const schemaChanges of ['add', 'widen', 'refuse', 'ignore'] as const) {
        const next = nameSink(database, schema, { columns, schemaChanges })
        await expect(next.open(position)).rejects.toMatchObject({ code: 'sink-mismatch', message: /'fax'/ })
      }
      // From the start, a snapshot fills it.
      const again = nameSink(database, schema, { columns })
      await again.open(undefined)
      await put(again, ...fullRead(1, [row(1, { name: 'a', fax: '1' })]))
      expect(await rows(schema)).toEqual([{ name: 'a', fax: '1' }])
    })

    it('is let go where it is no longer wanted', async () => {
      const { schema, sink } = await opened()
      const position = await put(sink, row(1, { name: 'a', fax: '1' }))
      await database.query(`ALTER TABLE ${schema}.accounts DROP COLUMN fax`)
      const next = nameSink(database, schema, { columns: columns.slice(0, 1) })
      await next.open(position)
      await put(next, row(1, { name: 'b' }))
    })
  })
}
