import {
  createSqliteCheckpointStore,
  createSqliteSink,
  type SqliteSinkOptions,
  type SqlPosition,
  type SqlSink,
} from '@deltaverse/sqlite'
import {
  type CheckpointStoreHarness,
  checkpointStoreContract,
  readableSinkContract,
  type SinkHarness,
  sinkContract,
  type TransactionalSinkHarness,
  transactionalSinkContract,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { accountColumns, expectedAccount, readAccounts } from './support/account-table.js'
import { filePlace } from './support/file-place.js'

const place = filePlace()
const holder = new RegExp(`deltaverse on .+, process ${process.pid}`)

const ways: Readonly<Record<string, Partial<SqliteSinkOptions>>> = {
  'hard deletions, snapshots in place': {},
  'soft deletions, snapshots that show at their end': { deletions: 'soft', resync: 'at-end' },
}
for (const [way, options] of Object.entries(ways)) {
  describe(`createSqliteSink() with ${way}`, () => {
    for (const { name, run } of sinkContract(sinkHarness(options))) it(name, run)
  })
}

describe('createSqliteSink() with states and readers', () => {
  const harness = sinkHarness({})
  for (const { name, run } of transactionalSinkContract(harness)) it(name, run)
  for (const { name, run } of readableSinkContract(harness)) it(name, run)
})

describe('createSqliteCheckpointStore()', () => {
  for (const { name, run } of checkpointStoreContract(storeHarness())) it(name, run)
})

type SinkUnderTest = TransactionalSinkHarness<SqlPosition> & SinkHarness<SqlPosition, SqlSink>

function sinkHarness(options: Partial<SqliteSinkOptions>): SinkUnderTest {
  let path = ''
  const open = (): SqlSink =>
    createSqliteSink({
      file: path,
      table: 'accounts',
      columns: accountColumns,
      leaseWaitMs: 0,
      absentMembers: 'empty',
      ...options,
    })
  const rows = () => readAccounts(place, path, options.deletions === 'soft' ? 'deleted_at IS NULL' : 'true')
  return {
    create() {
      path = place.fresh()
      return open()
    },
    reopen: open,
    rows,
    visible: rows,
    expected: expectedAccount,
    // Its file is closed in the middle of what it does; deaths of processes are looked at elsewhere.
    crash: (sink) => sink.close(),
    async plantForeign() {
      const database = await place.open(path)
      database.exec(
        "CREATE TABLE contacts (id TEXT PRIMARY KEY, name TEXT); INSERT INTO contacts VALUES ('1', 'Ada')",
      )
      database.close()
      return async () => {
        expect(await place.query(path, 'SELECT name FROM contacts')).toEqual([{ name: 'Ada' }])
      }
    },
    discardsBeyond: false,
    holder,
  }
}

function storeHarness(): CheckpointStoreHarness {
  let path = ''
  const open = () => createSqliteCheckpointStore({ file: path, leaseWaitMs: 0 })
  return {
    create() {
      path = place.fresh()
      return open()
    },
    reopen: open,
    holder,
  }
}
