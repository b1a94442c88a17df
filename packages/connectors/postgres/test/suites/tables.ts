import type { PostgresSinkOptions, SqlPosition, SqlSink } from '@deltaverse/postgres'
import { account } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { nameSink, put } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

/** Which tables and positions the sink takes, makes and refuses. */
export function tableTests(database: TestDatabase): void {
  const sinkOn = (schema: string, options?: Partial<PostgresSinkOptions>): SqlSink =>
    nameSink(database, schema, options)

  describe('tables', () => {
    it('refuses what it cannot write rows to', async () => {
      const schema = database.freshSchema()
      await database.query(`CREATE SCHEMA ${schema}`)
      const shapes: Readonly<Record<string, [string, RegExp]>> = {
        view: [`CREATE VIEW ${schema}.accounts AS SELECT 1 AS id`, /is no table/],
        keyless: [
          `CREATE TABLE ${schema}.accounts (id uuid, row_version bigint, epoch integer, name text)`,
          /ADD PRIMARY KEY \(id\)/,
        ],
        idless: [`CREATE TABLE ${schema}.accounts (name text)`, /no primary key 'id'/],
        partial: [
          `CREATE TABLE ${schema}.accounts (id uuid, row_version bigint, epoch integer, name text); CREATE UNIQUE INDEX ON ${schema}.accounts (id) WHERE name <> ''`,
          /no primary key 'id'/,
        ],
        demanding: [
          `CREATE TABLE ${schema}.accounts (id uuid PRIMARY KEY, row_version bigint, epoch integer, name text, mine text NOT NULL)`,
          /demands values for 'mine'/,
        ],
      }
      for (const [shape, [create, message]] of Object.entries(shapes)) {
        await database.query(create)
        await expect(sinkOn(schema).open(undefined), shape).rejects.toMatchObject({
          code: 'sink-mismatch',
          message,
        })
        await database.query(
          shape === 'view' ? `DROP VIEW ${schema}.accounts` : `DROP TABLE ${schema}.accounts`,
        )
      }
    })

    it('leaves columns of others alone', async () => {
      const schema = database.freshSchema()
      await database.query(
        `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.accounts (id uuid PRIMARY KEY, row_version bigint, epoch integer, name text, note text DEFAULT 'new')`,
      )
      const sink = sinkOn(schema, { schemaChanges: 'refuse' })
      await sink.open(undefined)
      await put(sink, account(1))
      await database.query(`UPDATE ${schema}.accounts SET note = 'mine'`)
      await put(sink, account(1, {}, 2), account(2))
      expect(await database.query(`SELECT note FROM ${schema}.accounts ORDER BY row_version`)).toEqual([
        { note: 'new' },
        { note: 'mine' },
      ])
    })

    it('refuses a table with rows that no sync has written, and those stay', async () => {
      const schema = database.freshSchema()
      await database.query(
        `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.accounts (id uuid PRIMARY KEY, row_version bigint, epoch integer, name text);
         INSERT INTO ${schema}.accounts VALUES (gen_random_uuid())`,
      )
      await expect(sinkOn(schema).open(undefined)).rejects.toMatchObject({
        code: 'sink-mismatch',
        message: /holds rows that no sync has written/,
      })
      expect(await database.query(`SELECT FROM ${schema}.accounts`)).toHaveLength(1)
    })

    it('creates nothing when told so, and says what to create', async () => {
      const schema = database.freshSchema()
      const sink = sinkOn(schema, { createTable: false })
      await database.query(`CREATE SCHEMA ${schema}`)
      const asked: string[] = []
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const error = await sink.open(undefined).then(
          () => undefined,
          (reason: Error) => reason,
        )
        expect(error).toMatchObject({ code: 'sink-mismatch' })
        const [, sql = ''] = /\((CREATE TABLE .*)\), or leave createTable/.exec(error?.message ?? '') ?? []
        asked.push(sql)
        await database.query(sql)
      }
      await sink.open(undefined)
      await put(sink, account(1))
      expect(asked[0]).toContain('deltaverse_state')
      expect(asked[1]).toContain(`CREATE TABLE "${schema}"."accounts"`)
    })

    it('are created once when several open at the same time', async () => {
      const schema = database.freshSchema()
      // The first of them with the schema and the bookkeeping, the others beside it.
      for (let number = 0; number < 8; number += 1) {
        const sinks = Array.from({ length: 4 }, () => sinkOn(schema, { table: `table ${number}` }))
        await Promise.all(sinks.map((sink) => sink.open(undefined)))
      }
    })
  })

  describe('positions', () => {
    async function committed(): Promise<{ schema: string; position: SqlPosition }> {
      const schema = database.freshSchema()
      const sink = sinkOn(schema)
      await sink.open(undefined)
      await put(sink, account(1))
      return { schema, position: await put(sink, account(2)) }
    }

    it('refuses to go on when the table is gone', async () => {
      const { schema, position } = await committed()
      await database.query(`DROP TABLE ${schema}.accounts`)
      await expect(sinkOn(schema).open(position)).rejects.toMatchObject({
        code: 'sink-mismatch',
        message: /was not there/,
      })
      // Nor the second time: the refusal left no empty table behind.
      await expect(sinkOn(schema).open(position)).rejects.toMatchObject({ code: 'sink-mismatch' })
      await sinkOn(schema).open(undefined)
    })

    it('refuses to go on when the database was put back from an older copy', async () => {
      const { schema, position } = await committed()
      const ahead = { ...position, commit: position.commit + 1 }
      await expect(sinkOn(schema).open(ahead)).rejects.toMatchObject({
        code: 'sink-mismatch',
        message: /older copy/,
      })
    })

    it('refuses to go on when the bookkeeping is gone', async () => {
      const { schema, position } = await committed()
      await database.query(`DROP TABLE ${schema}.deltaverse_tables`)
      await expect(sinkOn(schema).open(position)).rejects.toMatchObject({
        code: 'sink-mismatch',
        message: /not known/,
      })
    })

    it.each([{ offset: 17 }, 12, null, { version: 2, commit: 1 }])(
      'refuses the position %j',
      async (position) => {
        const { schema } = await committed()
        await expect(sinkOn(schema).open(position as SqlPosition)).rejects.toMatchObject({
          code: 'sink-mismatch',
        })
      },
    )
  })
}
