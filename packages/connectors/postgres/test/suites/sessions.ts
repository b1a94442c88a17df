import { createServer } from 'node:net'
import { account, checkpointOf, fullRead } from '@deltaverse/testing'
import pg from 'pg'
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
