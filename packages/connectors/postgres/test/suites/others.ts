import { createPostgresCheckpointStore, type PostgresSinkOptions, type SqlSink } from '@deltaverse/postgres'
import { account, checkpointOf, deleted, fullRead, idOf } from '@deltaverse/testing'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { type Fate, interceptPool } from '../support/intercepted-pool.js'
import { nameSink } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

const state = { version: 1 as const, checkpoint: checkpointOf() }

/** Who else is there. */
export function otherTests(database: TestDatabase): void {
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

  async function somebodyWaits(table: string): Promise<void> {
    for (;;) {
      const waiting = await database.query(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1",
        [`%${table}%`],
      )
      if (waiting.length > 0) return
    }
  }

  it('stops waiting for somebody else when the signal aborts, and goes on later', async () => {
    const { schema, sink } = await opened()
    const position = await sink.commit()
    const other = new pg.Client(database.server.settings)
    await other.connect()
    await other.query(`BEGIN; LOCK TABLE ${schema}.accounts, ${schema}.deltaverse_tables IN EXCLUSIVE MODE`)
    const calls: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
      commit: (signal) => sink.write([account(3)]).then(() => sink.commit({ signal })),
      open: (signal) => sink.open(position, { signal }),
      loadState: (signal) => sink.loadState('crm', { signal }),
    }
    for (const [name, call] of Object.entries(calls)) {
      const controller = new AbortController()
      const ended = call(controller.signal)
      await somebodyWaits('deltaverse_tables')
      const reason = new Error(`no more ${name}`)
      controller.abort(reason)
      await expect(ended).rejects.toBe(reason)
      // The server finds out by itself; only then the next one may be seen to wait.
      await database.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%deltaverse_tables%'",
      )
    }
    await other.query('COMMIT')
    await other.end()
    await sink.open(position)
    await sink.write([account(3)])
    await sink.commit()
    expect(await database.query(`SELECT FROM ${schema}.accounts`)).toHaveLength(3)
  })

  describe('two sinks on one table', () => {
    it('refuses the commit of the one whose table has changed meanwhile', async () => {
      const { schema, sink: first } = await opened()
      const second = sinkOn(schema)
      await second.open(await first.commit())
      await first.write([account(3)])
      await second.write([account(4), deleted(idOf(1))])
      await second.commit()
      await expect(first.commit()).rejects.toMatchObject({ code: 'conflict' })
      expect(await database.query(`SELECT id::text FROM ${schema}.accounts ORDER BY row_version`)).toEqual([
        { id: idOf(2) },
        { id: idOf(4) },
      ])
    })

    it('refuses a sync on the table of another sync, until that one is forgotten', async () => {
      const schema = database.freshSchema()
      const first = sinkOn(schema)
      await first.loadState('crm')
      await first.open(undefined)
      await first.write([account(1)])
      await first.commitWith('crm', state, undefined)
      const second = sinkOn(schema)
      expect(await second.loadState('erp')).toBeUndefined()
      await expect(second.open(undefined)).rejects.toMatchObject({
        code: 'conflict',
        message: /kept by the sync 'crm'/,
      })
      await database.query(`DELETE FROM ${schema}.deltaverse_state`)
      await second.open(undefined)
    })
  })

  describe('a commit that the server still works on when its process is gone', () => {
    /** Commits with a state, and stops in front of COMMIT until it is let go. */
    async function ghost(schema: string): Promise<{ letGo(): void; ended: Promise<unknown> }> {
      let letGo = (): void => {}
      const gate = new Promise<void>((resolve) => {
        letGo = resolve
      })
      let arrived = (): void => {}
      const atCommit = new Promise<void>((resolve) => {
        arrived = resolve
      })
      let writing = false
      const pool = interceptPool(database, async (statement): Promise<Fate> => {
        if (statement.startsWith('COPY')) writing = true
        if (statement !== 'COMMIT' || !writing) return 'lives'
        arrived()
        await gate
        return 'lives'
      })
      const sink = sinkOn(schema, { pool })
      const stored = await sink.loadState('crm')
      await sink.open(stored?.state.position)
      await sink.write([account(2)])
      const ended = sink.commitWith('crm', state, stored?.revision)
      await atCommit
      return { letGo, ended }
    }

    it.each(['loadState', 'open'] as const)('is waited for by %s', async (step) => {
      const schema = database.freshSchema()
      const first = sinkOn(schema)
      await first.open(undefined)
      await first.write([account(1)])
      const saved = await first.commitWith('crm', state, undefined)
      const { letGo, ended } = await ghost(schema)
      const next = sinkOn(schema)
      const waiting = step === 'loadState' ? next.loadState('crm') : next.open(saved.position)
      await somebodyWaits('deltaverse_tables')
      letGo()
      await ended
      const loaded = (await waiting) ?? (await next.loadState('crm'))
      if (step === 'loadState') await next.open(loaded?.state.position)
      await next.write([account(3)])
      await next.commitWith('crm', state, loaded?.revision)
      expect(await database.query(`SELECT FROM ${schema}.accounts`)).toHaveLength(3)
    })
  })

  describe('leases', () => {
    it('says who holds a name, and takes no connection of the pool', async () => {
      const schema = database.freshSchema()
      const pool = new pg.Pool({ ...database.server.settings, max: 1 })
      const sink = sinkOn(schema, { pool })
      const lease = await sink.acquire('crm')
      await sink.open(undefined)
      await sink.write([account(1)])
      await sink.commit()
      const store = createPostgresCheckpointStore({ pool, schema, leaseWaitMs: 0 })
      await expect(store.acquire('crm')).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(
          new RegExp(
            `'crm' is in use: deltaverse on .+, process ${process.pid} holds it since \\d{4}-\\d\\d-\\d\\dT`,
          ),
        ),
      })
      await lease.release()
      await pool.end()
    })

    it('waits for a holder who is about to let go', async () => {
      const schema = database.freshSchema()
      const lease = await sinkOn(schema).acquire('crm')
      const waiting = sinkOn(schema, { leaseWaitMs: 20_000 }).acquire('crm')
      for (;;) {
        const locks = await database.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        if (locks.length > 0) break
      }
      await lease.release()
      await (await waiting).release()
    })

    it('says so when the connection of a lease breaks', async () => {
      const lease = await sinkOn(database.freshSchema()).acquire('crm')
      const lost = new Promise((resolve) => lease.lost.addEventListener('abort', resolve))
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'deltaverse on %'",
      )
      await lost
      expect(lease.lost.reason).toMatchObject({
        code: 'sink-failed',
        retryable: true,
        message: /lease of 'crm' is lost/,
      })
      await lease.release()
    })
  })

  describe('states', () => {
    it.each(['17', '{"version":2,"checkpoint":{}}', '{"version":1}'])('refuses to read %s', async (text) => {
      const { schema, sink } = await opened()
      await database.query(
        `INSERT INTO ${schema}.deltaverse_state (name, revision, state) VALUES ('crm', 'r', $1)`,
        [text],
      )
      await expect(sink.loadState('crm')).rejects.toMatchObject({ code: 'checkpoint-invalid' })
    })
  })
}
