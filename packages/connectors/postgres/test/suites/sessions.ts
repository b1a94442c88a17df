import { createServer } from 'node:net'
import type { SqlEvent } from '@deltaverse/postgres'
import { account, checkpointOf, fullRead } from '@deltaverse/testing'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { describe, expect, it } from 'vitest'
import { nameSink } from '../support/sinks.js'
import type { TestDatabase } from '../support/test-database.js'

/** Sessions that end, stand still, or hold what others need. */
export function sessionTests(database: TestDatabase): void {
  it('end a call and not the process when they end as they become ready', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(Buffer.concat([authenticated, ready, terminated])))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const pool = new pg.Pool({ host: '127.0.0.1', port, user: 'postgres' })
    pool.on('error', () => {})
    await expect(nameSink({ pool }, 'public').open(undefined)).rejects.toMatchObject({
      code: 'sink-failed',
      retryable: true,
    })
    await pool.end()
    server.close()
  })

  describe('that stand still with an open transaction', () => {
    it('make the next one give up in time, and it says what to look at', async () => {
      const schema = database.freshSchema()
      const sink = nameSink(database, schema)
      await sink.open(undefined)
      await sink.write(fullRead(1, [account(1)]))
      const state = { version: 1 as const, checkpoint: checkpointOf() }
      const { position } = await sink.commitWith('crm', state, undefined)
      const frozen = new pg.Client(database.server.settings)
      await frozen.connect()
      await frozen.query(`BEGIN; UPDATE ${schema}.deltaverse_tables SET commits = commits + 1`)
      const gaveUp = {
        code: 'sink-failed',
        retryable: true,
        message: expect.stringMatching(/lock was not to be had in time.*stands still.*busyWaitMs/),
      }
      const next = nameSink(database, schema, { busyWaitMs: 30 })
      await expect(next.loadState('crm')).rejects.toMatchObject(gaveUp)
      await expect(next.open(position)).rejects.toMatchObject(gaveUp)
      await frozen.query('ROLLBACK')
      await frozen.end()
      await next.open(position)
      await next.close()
    })
  })

  describe('that stand still in the middle of bringing rows', () => {
    /** A session that holds the record of the table and waits for its client within COPY: no timeout of the server counts that. */
    async function frozenInCopy(schema: string): Promise<pg.Client> {
      const client = new pg.Client({ ...database.server.settings, application_name: 'deltaverse, frozen' })
      client.on('error', () => {})
      await client.connect()
      await client.query('CREATE TEMPORARY TABLE deltaverse_stage (number int)')
      await client.query(
        `BEGIN; SET LOCAL statement_timeout = 100; SET LOCAL idle_in_transaction_session_timeout = 100; UPDATE ${schema}.deltaverse_tables SET commits = commits + 1`,
      )
      const copy = client.query(copyFrom('COPY pg_temp.deltaverse_stage FROM STDIN'))
      copy.on('error', () => {})
      copy.write('1\n')
      return client
    }

    async function committed(schema: string) {
      const sink = nameSink(database, schema)
      await sink.open(undefined)
      await sink.write(fullRead(1, [account(1)]))
      const { position } = await sink.commitWith('crm', { version: 1, checkpoint: checkpointOf() }, undefined)
      await sink.close()
      return position
    }

    it('are told of, and ended once they are stale; what they had not committed is gone', async () => {
      const schema = database.freshSchema()
      const position = await committed(schema)
      const frozen = await frozenInCopy(schema)
      const events: SqlEvent[] = []
      const next = nameSink(database, schema, {
        busyWaitMs: 2_000,
        staleAfterMs: 400,
        onEvent: (event) => events.push(event),
      })
      expect(await next.loadState('crm')).toBeDefined()
      expect(events.map(({ kind }) => kind)).toEqual(['waiting', 'session-ended'])
      expect(events[0]).toMatchObject({
        doing: "loading the state 'crm'",
        blocker: {
          holder: 'deltaverse, frozen, user postgres',
          doing: 'stands still in a transaction',
          since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        },
      })
      const patient = nameSink(database, schema)
      await patient.open(position)
      await patient.write([account(2)])
      await patient.commit()
      await patient.close()
      await frozen.end().catch(() => {})
    })

    it('are left alone before, and so is somebody else who stands still', async () => {
      const schema = database.freshSchema()
      const position = await committed(schema)
      const frozen = await frozenInCopy(schema)
      const events: SqlEvent[] = []
      const onEvent = (event: SqlEvent) => events.push(event)
      const next = nameSink(database, schema, { busyWaitMs: 200, onEvent })
      await expect(next.loadState('crm')).rejects.toMatchObject({ code: 'sink-failed', retryable: true })
      expect(events).toMatchObject([{ kind: 'waiting', blocker: { isStale: false } }])
      await database.query('SELECT pg_terminate_backend($1, 5000)', [
        (frozen as unknown as { processID: number }).processID,
      ])
      await frozen.end().catch(() => {})
      const other = new pg.Client(database.server.settings)
      await other.connect()
      await other.query(`BEGIN; UPDATE ${schema}.deltaverse_tables SET commits = commits + 1`)
      events.length = 0
      const impatient = nameSink(database, schema, { busyWaitMs: 400, staleAfterMs: 100, onEvent })
      await expect(impatient.open(position)).rejects.toMatchObject({ retryable: true })
      expect(events).toMatchObject([{ kind: 'waiting', blocker: { isStale: false } }])
      await other.query('ROLLBACK')
      await other.end()
    })
  })

  it('say nothing of what stands in a row when the server refuses it', async () => {
    const schema = database.freshSchema()
    const sink = nameSink(database, schema)
    await sink.open(undefined)
    await database.query(`ALTER TABLE ${schema}.accounts ADD CONSTRAINT short CHECK (length(name) < 5)`)
    await sink.write([account(1, { name: 'a secret of somebody' })])
    const error = await sink.commit().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'sink-failed',
      message: expect.stringContaining("constraint 'short'"),
    })
    const everything = [error, (error as Error).cause].map((part) =>
      JSON.stringify(part, Object.getOwnPropertyNames(part)),
    )
    expect(everything.join()).not.toContain('secret')
  })
}

function message(kind: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(kind)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const authenticated = message('R', Buffer.from([0, 0, 0, 0]))
const ready = message('Z', Buffer.from('I'))
const terminated = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0'))
