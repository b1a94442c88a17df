import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DeadLetter, readDeadLetters } from '@deltaverse/bad-rows'
import type { PostgresSinkOptions, SqlEvent, SqlSink } from '@deltaverse/postgres'
import { account, deleted, fullRead, idOf, upserted } from '@deltaverse/testing'
import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { nameSink, put } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

/** Rows that the table does not take. */
export function badRowTests(database: TestDatabase): void {
  const folder = mkdtempSync(join(tmpdir(), 'bad-rows-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const columns: PostgresSinkOptions['columns'] = [
    { member: 'name', type: 'text' },
    { member: 'employees', type: 'int32', optional: true },
  ]

  function sinkOn(options: Partial<PostgresSinkOptions>): {
    readonly schema: string
    readonly file: string
    readonly sink: SqlSink
  } {
    const schema = database.freshSchema()
    const file = join(folder, schema, 'letters.ndjson')
    const sink = nameSink(database, schema, {
      columns,
      ...(options.onBadRow === 'stop' ? {} : { deadLetterFile: file }),
      ...options,
    })
    return { schema, file, sink }
  }

  async function rowsOf(schema: string): Promise<Record<string, unknown>> {
    const rows = await database.query(
      `SELECT id::text, name, employees, row_version::text AS version FROM ${schema}.accounts`,
    )
    return Object.fromEntries(rows.map(({ id, ...row }) => [id, row]))
  }

  const letterOf = ({ id, column, kept, kind }: DeadLetter) => ({ id, column, kept, kind })
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => account(from + at, { name: 'short', employees: 1 }))
  const long = 'much too long for ten characters'

  const constraints = {
    'a type with a limit': 'ALTER TABLE $table ALTER name TYPE varchar(10)',
    'a check': 'ALTER TABLE $table ADD CHECK (length(name) <= 10)',
    'a trigger': `CREATE FUNCTION $table_no() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF length(NEW.name) > 10 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER no BEFORE INSERT OR UPDATE ON $table FOR EACH ROW EXECUTE FUNCTION $table_no()`,
  }

  for (const [kind, constraint] of Object.entries(constraints)) {
    for (const resync of ['in-place', 'at-end'] as const) {
      describe(`that break ${kind} (${resync})`, () => {
        async function opened(onBadRow: 'stop' | 'dead-letter' | 'null-and-report', events?: SqlEvent[]) {
          const onEvent = (event: SqlEvent) => void events?.push(event)
          const { schema, file, sink } = sinkOn({ onBadRow, resync, onEvent })
          await sink.open(undefined)
          await put(sink, ...fullRead(1, many(1, 3)))
          await database.query(constraint.replaceAll('$table', `${schema}.accounts`))
          return { schema, file, sink }
        }
        const bad = [
          account(2, { name: long, employees: 2 }, 2),
          account(15_000, { name: long, employees: 3 }, 2),
        ]

        it('end a commit, of which nothing takes effect', async () => {
          const { schema, sink } = await opened('stop')
          const before = await rowsOf(schema)
          await expect(put(sink, ...many(10, 20), ...bad)).rejects.toMatchObject({ code: 'sink-failed' })
          expect(await rowsOf(schema)).toEqual(before)
        })

        it('go to the dead letters, and the others to the table', async () => {
          const events: SqlEvent[] = []
          const { schema, file, sink } = await opened('dead-letter', events)
          await put(sink, ...many(10, 1_200), ...bad, ...many(2_000, 700))
          const letters = await readDeadLetters(file)
          expect(letters.map(letterOf)).toEqual(
            [2, 15_000].map((number) => ({ id: idOf(number), kept: 'nothing', kind: 'upserted' })),
          )
          expect(letters[0]).toMatchObject({
            target: `"${schema}"."accounts"`,
            rowVersion: '2002',
            why: expect.stringMatching(/failed: /),
            row: { name: long, employees: 2 },
          })
          expect(letters.map(({ why }) => why).join()).not.toContain(long)
          expect(events).toEqual(letters.map((letter) => ({ kind: 'bad-row', letter })))
          const rows = await rowsOf(schema)
          expect(Object.keys(rows)).toHaveLength(3 + 1_900)
          // What could not be brought up to date stays as it was.
          expect(rows[idOf(2)]).toEqual({ name: 'short', employees: 1, version: '1002' })
        })

        it('are kept without the value, under a version that no row has', async () => {
          const { schema, file, sink } = await opened('null-and-report')
          await put(sink, ...many(10, 20), ...bad)
          expect((await readDeadLetters(file)).map(letterOf)).toEqual(
            [2, 15_000].map((number) => ({
              id: idOf(number),
              column: 'name',
              kept: 'without-column',
              kind: 'upserted',
            })),
          )
          const rows = await rowsOf(schema)
          expect(rows[idOf(2)]).toEqual({ name: null, employees: 2, version: '0' })
          expect(rows[idOf(15_000)]).toEqual({ name: null, employees: 3, version: '0' })
          expect(Object.keys(rows)).toHaveLength(3 + 20 + 1)
        })

        it('are left out of a snapshot', async () => {
          const { schema, file, sink } = await opened('dead-letter')
          await put(sink, ...fullRead(2, [...many(1, 1), ...bad, ...many(3, 2_000)]))
          expect((await readDeadLetters(file)).map(({ id }) => id).sort()).toEqual(
            [idOf(2), idOf(15_000)].sort(),
          )
          const rows = await rowsOf(schema)
          expect(Object.keys(rows)).toHaveLength(resync === 'at-end' ? 2_002 : 2_001)
          expect(rows[idOf(2)]).toEqual(
            resync === 'at-end' ? { name: 'short', employees: 1, version: '1002' } : undefined,
          )
        })
      })
    }
  }

  it('whose values are not of their types are told of by column, before anything is sent', async () => {
    const wrong = upserted(idOf(7), { '@odata.etag': 'W/"7"', name: 'seven', employees: 3e9 })
    for (const onBadRow of ['dead-letter', 'null-and-report'] as const) {
      const { schema, file, sink } = sinkOn({ onBadRow })
      await sink.open(undefined)
      await put(sink, account(1, { employees: 1 }), wrong, account(8, { employees: 8 }))
      const kept = onBadRow === 'dead-letter' ? 'nothing' : 'without-column'
      expect(await readDeadLetters(file)).toEqual([
        expect.objectContaining({
          id: idOf(7),
          rowVersion: '7',
          column: 'employees',
          kept,
          why: expect.stringMatching(/is 3000000000, and the type int32 ends at 2147483647/),
          row: expect.objectContaining({ name: 'seven' }),
        }),
      ])
      expect((await rowsOf(schema))[idOf(7)]).toEqual(
        onBadRow === 'dead-letter' ? undefined : { name: 'seven', employees: null, version: '0' },
      )
    }
  })

  it.each(['dead-letter', 'null-and-report'] as const)(
    'that the encoding of the database cannot hold are found in the midst of a COPY (%s)',
    async (onBadRow) => {
      await database.query('DROP DATABASE IF EXISTS narrow')
      await database.query("CREATE DATABASE narrow ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
      const pool = new pg.Pool({ ...database.server.settings, database: 'narrow' })
      const { file, sink } = sinkOn({ onBadRow, pool, schema: 'public' })
      await sink.open(undefined)
      await put(sink, ...many(1, 1_100), account(5_000, { name: 'Ж' }), ...many(6_000, 1_100))
      expect((await readDeadLetters(file)).map(({ id }) => id)).toEqual([idOf(5_000)])
      const { rows } = await pool.query('SELECT count(*)::integer AS count FROM accounts')
      expect(rows[0].count).toBe(onBadRow === 'dead-letter' ? 2_200 : 2_201)
      await sink.close()
      await pool.end()
    },
  )

  it('that cannot go, because others point at them, stay and are told of', async () => {
    const { schema, file, sink } = sinkOn({ onBadRow: 'dead-letter' })
    await sink.open(undefined)
    await put(sink, ...fullRead(1, many(1, 4)))
    await database.query(
      `CREATE TABLE ${schema}.orders (account uuid REFERENCES ${schema}.accounts (id)); INSERT INTO ${schema}.orders VALUES ('${idOf(2)}')`,
    )
    await put(sink, deleted(idOf(1)), deleted(idOf(2)), deleted(idOf(3)))
    expect((await readDeadLetters(file)).map(letterOf)).toEqual([
      { id: idOf(2), kept: 'nothing', kind: 'deleted' },
    ])
    expect(Object.keys(await rowsOf(schema)).sort()).toEqual([idOf(2), idOf(4)].sort())
  })

  it('of which one shares a unique value with another are told of, the other is kept', async () => {
    const { schema, file, sink } = sinkOn({ onBadRow: 'dead-letter' })
    await sink.open(undefined)
    await database.query(`ALTER TABLE ${schema}.accounts ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED`)
    await put(sink, account(1, { name: 'a' }), account(2, { name: 'a' }), account(3, { name: 'c' }))
    expect(await readDeadLetters(file)).toHaveLength(1)
    expect(Object.keys(await rowsOf(schema))).toHaveLength(2)
  })

  it('too many of them in one commit end it, and no letter of it is kept', async () => {
    const { schema, file, sink } = sinkOn({ onBadRow: 'dead-letter', maxBadRows: 3 })
    await sink.open(undefined)
    const all = Array.from({ length: 5 }, (_, at) => account(at, { employees: 0.5 }))
    await expect(put(sink, ...all)).rejects.toMatchObject({ message: /More than 3 rows.*maxBadRows/ })
    expect(await readDeadLetters(file)).toEqual([])
    expect(await rowsOf(schema)).toEqual({})
  })

  it('are told of in a file that has to be named', () => {
    expect(() => sinkOn({ onBadRow: 'dead-letter', deadLetterFile: undefined })).toThrow(
      /needs deadLetterFile/,
    )
    expect(() => sinkOn({ onBadRow: 'stop', deadLetterFile: 'letters' })).toThrow(/needs onBadRow/)
  })
}
