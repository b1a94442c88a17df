import {
  createPostgresSink,
  type PostgresSinkOptions,
  type SqlColumn,
  type SqlSink,
} from '@deltaverse/postgres'
import { columnKinds } from '@deltaverse/schema'
import { account, accountRow, deleted, fullRead, idOf, reset, upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { nameSink, put } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

/** Which names and columns the sink takes, adds and refuses. */
export function columnTests(database: TestDatabase): void {
  const name = { member: 'name', type: 'text' } as const
  const revenue = { member: 'revenue', type: 'decimal', optional: true } as const
  const sinkOn = (schema: string, options?: Partial<PostgresSinkOptions>): SqlSink =>
    nameSink(database, schema, options)

  describe('names', () => {
    const names = [
      'order',
      'SELECT',
      'Mixed Case',
      'größe_東京_👍',
      '"quoted"',
      `x"); DROP TABLE victims; --`,
      "it's",
      'back\\slash',
      'a.b',
      '$1',
      'é'.repeat(31),
    ]

    it('takes any name for schema, table and columns, and lets none of them become SQL', async () => {
      await database.query('CREATE TABLE victims (id integer)')
      for (const odd of names) {
        const columns: SqlColumn[] = names.map((column, at) => ({
          member: `m${at}`,
          type: 'text',
          column,
        }))
        const sink = createPostgresSink({
          pool: database.pool,
          schema: odd,
          table: odd,
          columns,
          resync: 'at-end',
        })
        await sink.open(undefined)
        const row = Object.fromEntries(names.map((value, at) => [`m${at}`, value]))
        await put(sink, ...fullRead(1, [upserted(idOf(1), accountRow(1, row))]))
        await sink.open(await put(sink, reset(2), upserted(idOf(2), accountRow(2, row))))
        const quoted = `"${odd.replaceAll('"', '""')}"`
        const [kept] = await database.query(`SELECT * FROM ${quoted}.${quoted}`)
        for (const value of names) expect(kept?.[value]).toBe(value)
        await sink.close()
        await database.query(`DROP SCHEMA ${quoted} CASCADE`)
      }
      expect(await database.query('SELECT count(*)::integer AS there FROM victims')).toEqual([{ there: 0 }])
      await database.query('DROP TABLE victims')
    })

    it('lets no data become SQL or another row', async () => {
      const schema = database.freshSchema()
      const sink = sinkOn(schema, { columns: [name, { member: 'description', type: 'text' }] })
      await sink.open(undefined)
      const nasty = ['\\.', '\\N', "'); DROP TABLE x; --", 'a\tb\nc\rd\\', '\\\\N', '\u2028', '\\x41', '']
      const rows = nasty.map((text, at) =>
        upserted(idOf(at), accountRow(at, { name: text, description: text })),
      )
      await put(sink, ...rows)
      for (const [at, text] of nasty.entries()) {
        const [kept] = await database.query(
          `SELECT name, description FROM ${schema}.accounts WHERE id = $1`,
          [idOf(at)],
        )
        expect(kept).toEqual({ name: text, description: text })
      }
    })
  })

  describe('columns', () => {
    it('adds those that are missing, and keeps what is there', async () => {
      const schema = database.freshSchema()
      const first = sinkOn(schema)
      await first.open(undefined)
      const position = await put(first, account(1))
      const second = sinkOn(schema, { columns: [revenue, name], deletions: 'soft' })
      await second.open(position)
      await put(second, account(2, { revenue: 12.5 }), deleted(idOf(1)))
      expect(
        await database.query(
          `SELECT name, revenue, deleted_at IS NULL AS live FROM ${schema}.accounts ORDER BY live`,
        ),
      ).toEqual([
        { name: 'Account 1, version 1', revenue: null, live: false },
        { name: 'Account 2, version 1', revenue: '12.5', live: true },
      ])
    })

    it('refuses to open when told so, with the statement that helps', async () => {
      const schema = database.freshSchema()
      const first = sinkOn(schema)
      await first.open(undefined)
      const position = await put(first, account(1))
      const second = sinkOn(schema, { columns: [name, revenue], schemaChanges: 'refuse' })
      await expect(second.open(position)).rejects.toMatchObject({
        code: 'sink-mismatch',
        message: expect.stringContaining(`ALTER TABLE "${schema}"."accounts" ADD COLUMN "revenue" numeric`),
      })
    })

    it('leaves the values of missing columns out when told so', async () => {
      const schema = database.freshSchema()
      const first = sinkOn(schema)
      await first.open(undefined)
      const position = await put(first, account(1))
      const second = sinkOn(schema, { columns: [name, revenue], schemaChanges: 'ignore' })
      await second.open(position)
      await put(second, account(2, { revenue: 1 }))
      const [row] = await database.query(`SELECT * FROM ${schema}.accounts WHERE id = $1`, [idOf(2)])
      expect(Object.keys(row ?? {})).toEqual(['id', 'row_version', 'epoch', 'name'])
    })

    it.each(['add', 'refuse', 'ignore'] as const)(
      'refuses a column of another type (%s)',
      async (schemaChanges) => {
        const schema = database.freshSchema()
        const first = sinkOn(schema, { columns: [{ ...revenue, type: 'text' }] })
        await first.open(undefined)
        await expect(
          sinkOn(schema, { columns: [revenue], schemaChanges }).open(await first.commit()),
        ).rejects.toMatchObject({
          code: 'sink-mismatch',
          message: expect.stringContaining('ALTER COLUMN "revenue" TYPE numeric USING "revenue"::numeric'),
        })
      },
    )

    it.each([
      ['numeric(10,2), which would round', 'decimal', 'numeric(10,2)'],
      ['varchar', 'text', 'varchar(100)'],
      ['a generated column', 'text', 'text GENERATED ALWAYS AS (id::text) STORED'],
    ] as const)('refuses %s', async (_, type, actual) => {
      const schema = database.freshSchema()
      await database.query(
        `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.accounts (id uuid PRIMARY KEY, row_version bigint, epoch integer, c ${actual})`,
      )
      await expect(
        sinkOn(schema, { columns: [{ member: 'c', type }] }).open(undefined),
      ).rejects.toMatchObject({
        code: 'sink-mismatch',
      })
    })

    it('takes every type that it makes itself as the same again', async () => {
      const schema = database.freshSchema()
      const columns = columnKinds.map((type) => ({ member: type, type, optional: true }))
      for (const _ of [1, 2]) {
        const sink = sinkOn(schema, { columns, schemaChanges: 'refuse', deletions: 'soft' })
        await sink.open(undefined)
        await sink.close()
      }
    })
  })
}
