import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createPostgresSink } from '@deltaverse/postgres'
import { account, complete, reset } from '@deltaverse/testing'
import { expect, it } from 'vitest'
import { interceptPool } from '../support/intercepted-pool.js'
import type { TestDatabase } from '../support/test-database.js'

const columns = [
  { member: 'name', type: 'text' },
  { member: 'description', type: 'text' },
] as const

/** Many rows in one commit. */
export function volumeTests(database: TestDatabase): void {
  it('brings 100,000 rows in one commit, and holds few of them', async () => {
    const schema = database.freshSchema()
    const sink = createPostgresSink({ pool: database.pool, schema, table: 'accounts', columns })
    await sink.open(undefined)
    await sink.write([reset(1)])
    const description = 'some text '.repeat(20)
    const before = liveBytes()
    let most = 0
    for (let at = 0; at < 100_000; at += 1_000) {
      await sink.write(Array.from({ length: 1_000 }, (_, next) => account(at + next, { description })))
      if (at % 20_000 === 0) most = Math.max(most, liveBytes() - before)
    }
    await sink.write([complete(1, 100_000)])
    await sink.commit()
    expect(most).toBeLessThan(16 * 1024 * 1024)
    const [counted] = await database.query(
      `SELECT count(*)::integer AS rows, sum(length(description))::integer AS characters FROM ${schema}.accounts`,
    )
    expect(counted).toEqual({ rows: 100_000, characters: 100_000 * description.length })
    let held = 0
    for await (const rows of sink.held()) held += rows.length
    expect(held).toBe(100_000)
    await database.query(`DROP SCHEMA ${schema} CASCADE`)
  }, 60_000)

  it.skipIf(process.platform === 'win32')('takes no more rows while the server takes none', async () => {
    const schema = database.freshSchema()
    let session = 0
    const pool = interceptPool(database, (statement, pid) => {
      if (statement.startsWith('COPY')) session = pid
      return 'lives'
    })
    const sink = createPostgresSink({ pool, schema, table: 'accounts', columns })
    await sink.open(undefined)
    await sink.write([account(0, { description: null })])
    const description = 'x'.repeat(100_000)
    await sink.write([account(1, { description })])
    process.kill(session, 'SIGSTOP')
    let taken = 2
    let last: Promise<void> | undefined
    // What sockets hold is some megabytes; a sink that held the rest itself would take all of the 200.
    for (; taken < 2_000; taken += 1) {
      let done = false
      last = sink.write([account(taken, { description })]).then(() => {
        done = true
      })
      for (let turns = 0; turns < 300 && !done; turns += 1) await setImmediate()
      if (!done) break
    }
    process.kill(session, 'SIGCONT')
    await last
    await sink.commit()
    expect(taken).toBeLessThan(500)
    const [counted] = await database.query(`SELECT count(*)::integer AS rows FROM ${schema}.accounts`)
    expect(counted).toEqual({ rows: taken + 1 })
  })
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes in use once everything that can go has gone. */
function liveBytes(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
