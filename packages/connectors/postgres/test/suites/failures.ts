import type { PostgresSinkOptions, SqlSink } from '@deltaverse/postgres'
import { account, deleted, fullRead, idOf } from '@deltaverse/testing'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { type Fate, interceptPool } from '../support/intercepted-pool.js'
import { nameSink } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

/** What goes wrong at the server. */
export function failureTests(database: TestDatabase): void {
  const sinkOn = (schema: string, options?: Partial<PostgresSinkOptions>): SqlSink =>
    nameSink(database, schema, options)

  async function opened(
    options: Partial<PostgresSinkOptions> = {},
  ): Promise<{ schema: string; sink: SqlSink }> {
    const schema = database.freshSchema()
    const sink = sinkOn(schema, options)
    await sink.open(undefined)
    await sink.write(fullRead(1, [account(1), account(2)]))
    await sink.commit()
    return { schema, sink }
  }

  describe('what the server refuses', () => {
    it.each([
      ['53100', false, /disk of the server is full.*Make room/],
      ['53200', true, /out of memory/],
      ['57014', true, /a statement was cancelled.*raise that/],
      ['23514', false, /breaks a constraint/],
      ['40001', true, /other transactions were in the way/],
      ['25006', true, /takes no writes/],
      ['P0001', false, /PostgreSQL refused it \(P0001: as told\)/],
    ])('%s: retryable %s, and the message says what to do', async (sqlState, retryable, message) => {
      const { schema, sink } = await opened()
      await database.query(
        `CREATE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '${sqlState}'; END $$;
         CREATE TRIGGER fail BEFORE INSERT ON ${schema}.accounts FOR EACH ROW EXECUTE FUNCTION ${schema}.fail()`,
      )
      await sink.write([account(3), deleted(idOf(1))])
      await expect(sink.commit()).rejects.toMatchObject({ code: 'sink-failed', retryable, message })
      await expect(sink.write([account(3)]), 'it has to be opened again').rejects.toMatchObject({
        code: 'sink-failed',
      })
      expect(await database.query(`SELECT FROM ${schema}.accounts`)).toHaveLength(2)
    })

    it('a missing permission', async () => {
      const { schema } = await opened()
      await database.query(
        `DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN; GRANT USAGE ON SCHEMA ${schema} TO guest`,
      )
      const pool = new pg.Pool({ ...database.server.settings, user: 'guest' })
      await expect(sinkOn(schema, { pool }).open(undefined)).rejects.toMatchObject({
        code: 'sink-failed',
        retryable: false,
        message: /permission denied for table deltaverse_tables.*Grant it/,
      })
      await pool.end()
      await database.query(`DROP OWNED BY guest`)
    })

    it('a user who may write and not create works on tables that are there', async () => {
      const { schema } = await opened()
      await database.query(`DROP ROLE IF EXISTS writer; CREATE ROLE writer LOGIN; GRANT USAGE ON SCHEMA ${schema} TO writer;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO writer`)
      const pool = new pg.Pool({ ...database.server.settings, user: 'writer' })
      const sink = sinkOn(schema, { pool })
      await sink.open(undefined)
      await sink.write(fullRead(1, [account(5)]))
      await sink.commit()
      await sink.close()
      await pool.end()
      expect(await database.query(`SELECT FROM ${schema}.accounts`)).toHaveLength(1)
      await database.query(`DROP OWNED BY writer`)
    })

    it('nothing, when timeouts of the pool are shorter than a commit', async () => {
      const { schema, sink } = await opened()
      const position = await sink.commit()
      const impatient = new pg.Pool({
        ...database.server.settings,
        statement_timeout: 60_000,
        idle_in_transaction_session_timeout: 60_000,
      })
      await database.query(
        `CREATE FUNCTION ${schema}.look() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN NEW.name = concat(current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')); RETURN NEW; END $$;
         CREATE TRIGGER look BEFORE INSERT ON ${schema}.accounts FOR EACH ROW EXECUTE FUNCTION ${schema}.look()`,
      )
      const patient = sinkOn(schema, { pool: impatient })
      await patient.open(position)
      await patient.write([account(3)])
      await patient.commit()
      expect(await database.query(`SELECT name FROM ${schema}.accounts WHERE row_version = 1003`)).toEqual([
        { name: '015min' },
      ])
      await impatient.end()
    })

    it('a server that is not there', async () => {
      const pool = new pg.Pool({ ...database.server.settings, port: 1 })
      await expect(sinkOn('public', { pool }).open(undefined)).rejects.toMatchObject({
        code: 'sink-failed',
        retryable: true,
        message: /cannot be reached.*ECONNREFUSED/,
      })
      await pool.end()
    })

    it('a database that is not there', async () => {
      const pool = new pg.Pool({ ...database.server.settings, database: 'nowhere' })
      await expect(sinkOn('public', { pool }).open(undefined)).rejects.toMatchObject({
        code: 'sink-failed',
        retryable: false,
        message: /no such database/,
      })
      await pool.end()
    })

    it('a row that the encoding of the database cannot hold, naming row and column', async () => {
      await database.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'")
      const pool = new pg.Pool({ ...database.server.settings, database: 'latin' })
      const sink = sinkOn('public', { pool })
      await sink.open(undefined)
      const written = sink
        .write([account(1), account(2, { name: '東京' }), account(3)])
        .then(() => sink.commit())
      await expect(written).rejects.toMatchObject({
        code: 'sink-failed',
        retryable: false,
        message: expect.stringMatching(new RegExp(`The row ${idOf(2)}.*encoding`)),
      })
      await pool.end()
    })
  })

  it('tries again when it is the victim of a deadlock', async () => {
    const { schema, sink: first } = await opened()
    await first.close()
    const other = new pg.Client(database.server.settings)
    await other.connect()
    const rest: Promise<unknown>[] = []
    let merges = 0
    const pool = interceptPool(database, async (statement): Promise<Fate> => {
      if (!/^(INSERT INTO|DELETE FROM) .*accounts/.test(statement)) return 'lives'
      merges += 1
      // Rows are deleted first and upserted then; the other one takes them the other way round, in between.
      if (merges === 1)
        await other.query(
          `BEGIN; SET LOCAL deadlock_timeout = '60s'; UPDATE ${schema}.accounts SET name = 'other' WHERE id = '${idOf(2)}'`,
        )
      if (merges === 2)
        rest.push(other.query(`UPDATE ${schema}.accounts SET name = 'other' WHERE id = '${idOf(1)}'; COMMIT`))
      return 'lives'
    })
    const sink = sinkOn(schema, { pool })
    const position = await first
      .loadState('none')
      .then(() => database.query(`SELECT commits FROM ${schema}.deltaverse_tables`))
    await sink.open({
      version: 1,
      commit: Number(position[0]?.commits),
      epoch: 1,
      reading: false,
      leftovers: false,
    })
    await sink.write([account(2, {}, 2), deleted(idOf(1))])
    await sink.commit()
    await Promise.all(rest)
    await other.end()
    expect(merges).toBeGreaterThan(2)
    expect(await database.query(`SELECT id::text FROM ${schema}.accounts`)).toEqual([{ id: idOf(2) }])
  })

  it('leaves no transaction and no connection behind, however a call ends', async () => {
    const { sink } = await opened()
    await sink.write([account(3)])
    await sink.close()
    const again = await opened()
    await expect(again.sink.write([account(4)], { signal: AbortSignal.abort() })).rejects.toThrow()
    await again.sink.close()
    expect(database.pool.totalCount).toBe(database.pool.idleCount)
  })
}
