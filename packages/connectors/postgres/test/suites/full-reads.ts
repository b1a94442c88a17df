import { createPostgresSink, type PostgresSinkOptions, type SqlSink } from '@deltaverse/postgres'
import { account, complete, deleted, fullRead, idOf, reset } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/test-database.js'

/** What readers see of full reads and of deletions. */
export function fullReadTests(database: TestDatabase): void {
  let schema = ''

  async function openSink(options: Partial<PostgresSinkOptions> = {}): Promise<SqlSink> {
    schema = database.freshSchema()
    const columns = [{ member: 'name', type: 'text' } as const]
    const sink = createPostgresSink({ pool: database.pool, schema, table: 'accounts', columns, ...options })
    await sink.open(undefined)
    return sink
  }

  async function put(sink: SqlSink, ...events: Parameters<SqlSink['write']>[0]): Promise<void> {
    await sink.write(events)
    await sink.commit()
  }

  /** Versions by id, as any reader sees them. */
  async function versions(where = 'true'): Promise<Record<string, string>> {
    const rows = await database.query(
      `SELECT id::text, row_version::text FROM ${schema}.accounts WHERE ${where}`,
    )
    return Object.fromEntries(rows.map(({ id, row_version: version }) => [id, version]))
  }

  const old = [account(1), account(2), account(3)]
  const oldVersions = { [idOf(1)]: '1001', [idOf(2)]: '1002', [idOf(3)]: '1003' }
  const read = [account(2), account(3, {}, 2), account(4, {}, 2)]

  it('shows refreshed rows as they come and old ones until the end, in place', async () => {
    const sink = await openSink()
    await put(sink, ...fullRead(1, old))
    await put(sink, reset(2), ...read)
    expect(await versions()).toEqual({ ...oldVersions, [idOf(3)]: '2003', [idOf(4)]: '2004' })
    await put(sink, complete(2, 3))
    expect(await versions()).toEqual({ [idOf(2)]: '1002', [idOf(3)]: '2003', [idOf(4)]: '2004' })
  })

  it('shows exactly the old rows until the end, then exactly the new ones, at the end', async () => {
    const sink = await openSink({ resync: 'at-end' })
    await put(sink, ...fullRead(1, old))
    await put(sink, reset(2), ...read)
    await put(sink, account(5), deleted(idOf(4)), deleted(idOf(1)))
    expect(await versions()).toEqual(oldVersions)
    await sink.write([complete(2, 3)])
    expect(await versions()).toEqual(oldVersions)
    await sink.commit()
    expect(await versions()).toEqual({ [idOf(2)]: '1002', [idOf(3)]: '2003', [idOf(5)]: '1005' })
  })

  it('does not touch rows that are the same, at the end', async () => {
    const sink = await openSink({ resync: 'at-end' })
    await put(sink, ...fullRead(1, old))
    const touched = async () =>
      database.query(`SELECT id, xmin::text AS touched FROM ${schema}.accounts ORDER BY id`)
    const before = await touched()
    await put(sink, ...fullRead(2, old))
    expect(await touched()).toEqual(before)
  })

  it('lets go of the second copy once the state of the end is saved', async () => {
    const sink = await openSink({ resync: 'at-end' })
    const tables = async () =>
      (
        await database.query(`SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename`, [
          schema,
        ])
      ).map(({ tablename }) => tablename)
    await put(sink, reset(1), account(1))
    expect(await tables()).toContain('deltaverse_next_accounts')
    await sink.write([complete(1, 1)])
    const position = await sink.commit()
    await sink.open(position)
    expect(await tables()).toEqual(['accounts', 'deltaverse_state', 'deltaverse_tables'])
    expect(await versions()).toEqual({ [idOf(1)]: '1001' })
  })

  it.each(['in-place', 'at-end'] as const)(
    'keeps softly deleted rows with the time, and revives them (%s)',
    async (resync) => {
      const sink = await openSink({ deletions: 'soft', resync })
      await put(sink, ...fullRead(1, old))
      await put(sink, deleted(idOf(1)))
      const [first] = await database.query(`SELECT deleted_at, name FROM ${schema}.accounts WHERE id = $1`, [
        idOf(1),
      ])
      expect(first).toEqual({ deleted_at: expect.any(Date), name: 'Account 1, version 1' })
      await put(sink, deleted(idOf(1)))
      const [again] = await database.query(`SELECT deleted_at, name FROM ${schema}.accounts WHERE id = $1`, [
        idOf(1),
      ])
      expect(again, 'that it was gone already is no news').toEqual(first)
      await put(sink, ...fullRead(2, read))
      expect(await versions('deleted_at IS NULL')).toEqual({
        [idOf(2)]: '1002',
        [idOf(3)]: '2003',
        [idOf(4)]: '2004',
      })
      expect(await versions('deleted_at IS NOT NULL')).toEqual({ [idOf(1)]: '1001' })
      await put(sink, ...fullRead(3, [account(1, {}, 3)]))
      expect(await versions('deleted_at IS NULL')).toEqual({ [idOf(1)]: '3001' })
      await put(sink, account(2, {}, 4))
      expect(await versions('deleted_at IS NULL')).toEqual({ [idOf(1)]: '3001', [idOf(2)]: '4002' })
    },
  )

  it.each(['in-place', 'at-end'] as const)(
    'removes rows for good with hard deletions (%s)',
    async (resync) => {
      const sink = await openSink({ resync })
      await put(sink, ...fullRead(1, old))
      await put(sink, deleted(idOf(1)))
      await put(sink, ...fullRead(2, [account(3)]))
      expect(await versions()).toEqual({ [idOf(3)]: '1003' })
    },
  )

  it('keeps what an earlier sync left visible until a first full read is through', async () => {
    const sink = await openSink()
    await put(sink, ...fullRead(7, old))
    await sink.open(undefined)
    await put(sink, reset(1), account(3, {}, 2))
    expect(Object.keys(await versions()).sort()).toEqual(Object.keys(oldVersions).sort())
    await put(sink, complete(1, 1))
    expect(await versions()).toEqual({ [idOf(3)]: '2003' })
  })

  it('refuses the end of a full read that never began', async () => {
    const sink = await openSink()
    await put(sink, ...fullRead(1, old))
    await expect(put(sink, complete(2, 0))).rejects.toMatchObject({ code: 'sink-mismatch' })
    expect(await versions()).toEqual(oldVersions)
  })

  describe('held()', () => {
    it('tells nothing of softly deleted rows, and gives its connection back', async () => {
      const sink = await openSink({ deletions: 'soft' })
      await put(sink, ...fullRead(1, old), deleted(idOf(2)))
      const ids: string[] = []
      for await (const rows of sink.held()) ids.push(...rows.map(({ id }) => id))
      expect(ids.sort()).toEqual([idOf(1), idOf(3)].sort())
      for await (const _ of sink.held()) break
      expect(database.pool.totalCount).toBe(database.pool.idleCount)
    })

    it('tells nothing of a table that is not there yet', async () => {
      const sink = createPostgresSink({
        pool: database.pool,
        table: 'nowhere',
        columns: [{ member: 'name', type: 'text' }],
      })
      for await (const _ of sink.held()) throw new Error('there is nothing to hold')
    })
  })
}
