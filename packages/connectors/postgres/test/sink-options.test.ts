import { createPostgresSink, type PostgresSinkOptions, type SqlColumn } from '@deltaverse/postgres'
import pg from 'pg'
import { describe, expect, it } from 'vitest'

describe('createPostgresSink()', () => {
  const name: SqlColumn = { member: 'name', type: 'text' }
  const good: PostgresSinkOptions = { pool: new pg.Pool(), table: 'accounts', columns: [name] }

  it('connects to nothing', () => {
    createPostgresSink(good)
    expect(good.pool.totalCount).toBe(0)
  })

  const bad: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ pool: {} }, /pool must be a Pool|pool must be .* Pool/],
    [{ table: '' }, /table must be text/],
    [{ schema: 'x'.repeat(64) }, /64 bytes long/],
    [{ columns: [] }, /at least one column/],
    [
      { columns: Array.from({ length: 1_591 }, (_, at) => ({ member: `m${at}`, type: 'text' })) },
      /takes 1590 columns/,
    ],
    [{ columns: [{ member: '', type: 'text' }] }, /must be the name of a member/],
    [{ columns: [{ member: 'a', type: 'varchar' }] }, /has the type 'varchar'; known are text/],
    [{ columns: [{ member: 'a', type: 'text; DROP TABLE x' }] }, /has the type/],
    [{ columns: [name, name] }, /the member 'name' twice/],
    [{ columns: [name, { member: 'b', type: 'text', column: 'name' }] }, /the column 'name' twice/],
    [{ columns: [{ member: 'epoch', type: 'text' }] }, /one that the sink has itself.*column: '…'/],
    [{ columns: [{ member: 'deleted_at', type: 'text' }] }, /one that the sink has itself/],
    [{ columns: [{ member: 'xmin', type: 'text' }] }, /one that PostgreSQL has itself/],
    [{ tableSchema: { name: 'a', columns: [], primaryKey: [] } }, /give one of them/],
    [{ columns: [{ member: 'm'.repeat(64), type: 'text' }] }, /64 bytes long/],
    [{ tabel: 'a' }, /no option "tabel"\. Did you mean table/],
    [{ deletions: 'gone' }, /deletions must be one of 'hard', 'soft', received 'gone'/],
    [{ resync: 'never' }, /resync must be one of/],
    [{ schemaChanges: true }, /schemaChanges must be one of/],
    [{ unknownMembers: 'keep' }, /unknownMembers must be one of/],
    [{ badCharacters: 'drop' }, /badCharacters must be one of/],
    [{ createTable: 'yes' }, /createTable must be true or false/],
    [{ leaseWaitMs: -1 }, /leaseWaitMs must be/],
  ]

  it.each(bad)('refuses %j', (wrong, message) => {
    expect(() => createPostgresSink({ ...good, ...wrong } as PostgresSinkOptions)).toThrow(message)
  })
})
