import {
  createPostgresCheckpointStore,
  createPostgresDialect,
  createPostgresSink,
  type PostgresSinkOptions,
  type SqlPosition,
  type SqlSink,
} from '@deltaverse/postgres'
import {
  type CheckpointStoreHarness,
  checkpointStoreContract,
  dialectContract,
  readableSinkContract,
  type SinkHarness,
  sinkContract,
  type TransactionalSinkHarness,
  transactionalSinkContract,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { accountColumns, expectedAccount, readAccounts } from '../support/account-table.js'
import { leaveDeadLease } from '../support/dead-lease.js'
import type { TestDatabase } from '../support/test-database.js'

const holder = /deltaverse on .+, process \d+/

/** The promises that every sink and every checkpoint store makes. */
export function contractTests(database: TestDatabase): void {
  // Other mixtures have the same parts; what is their own is in the suite of full reads.
  const ways: Readonly<Record<string, Partial<PostgresSinkOptions>>> = {
    'hard deletions, full reads in place': {},
    'soft deletions, full reads that show at their end': { deletions: 'soft', resync: 'at-end' },
  }
  for (const [way, options] of Object.entries(ways)) {
    describe(`createPostgresSink() with ${way}`, () => {
      const harness = sinkHarness(database, options)
      for (const { name, run } of sinkContract(harness)) it(name, run)
    })
  }

  describe('createPostgresSink() with states and readers', () => {
    const harness = sinkHarness(database, {})
    for (const { name, run } of transactionalSinkContract(harness)) it(name, run)
    for (const { name, run } of readableSinkContract(harness)) it(name, run)
  })

  describe('createPostgresDialect() as a dialect', () => {
    let schema = ''
    const open = () =>
      createPostgresDialect({ pool: database.pool, schema, busyWaitMs: 10_000, staleAfterMs: 900_000 })
    const create = () => {
      schema = database.freshSchema()
      return open()
    }
    for (const { name, run } of dialectContract({ create, reopen: open })) it(name, run)
  })

  describe('createPostgresCheckpointStore()', () => {
    for (const { name, run } of checkpointStoreContract(storeHarness(database))) it(name, run)
  })
}

type SinkUnderTest = TransactionalSinkHarness<SqlPosition> & SinkHarness<SqlPosition, SqlSink>

function sinkHarness(database: TestDatabase, options: Partial<PostgresSinkOptions>): SinkUnderTest {
  let schema = ''
  const open = (): SqlSink =>
    createPostgresSink({
      pool: database.pool,
      schema,
      table: 'accounts',
      columns: accountColumns,
      leaseWaitMs: 0,
      absentMembers: 'empty',
      ...options,
    })
  const rows = () =>
    readAccounts(database, schema, options.deletions === 'soft' ? 'deleted_at IS NULL' : 'true')
  return {
    create() {
      schema = database.freshSchema()
      return open()
    },
    reopen: open,
    rows,
    visible: rows,
    expected: expectedAccount,
    async crash(sink) {
      // Like a process that dies, without a word: its sessions end in the middle of what they do.
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' OR (state = 'active' AND query LIKE 'COPY%')",
      )
      await sink.close()
    },
    async plantForeign() {
      await database.query(`CREATE TABLE ${schema}.contacts (id uuid PRIMARY KEY, name text)`)
      await database.query(`INSERT INTO ${schema}.contacts VALUES (gen_random_uuid(), 'Ada')`)
      return async () => {
        expect(await database.query(`SELECT name FROM ${schema}.contacts`)).toEqual([{ name: 'Ada' }])
      }
    },
    discardsBeyond: false,
    leaveDeadHolder: (name) => leaveDeadLease(database, schema, name),
    holder,
  }
}

function storeHarness(database: TestDatabase): CheckpointStoreHarness {
  let schema = ''
  const open = () => createPostgresCheckpointStore({ pool: database.pool, schema, leaseWaitMs: 0 })
  return {
    create() {
      schema = database.freshSchema()
      return open()
    },
    reopen: open,
    leaveDeadHolder: (name) => leaveDeadLease(database, schema, name),
    holder,
  }
}
