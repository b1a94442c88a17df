import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { columnKinds } from '@deltaverse/schema'
import { createSqliteSink, type SqliteSinkOptions, type SqlPosition, type SqlSink } from '@deltaverse/sqlite'
import {
  account,
  accountRow,
  checkpointOf,
  complete,
  deleted,
  fullRead,
  idOf,
  reset,
  upserted,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { filePlace } from './support/file-place.js'

const place = filePlace()
const name = { member: 'name', type: 'text' } as const
const revenue = { member: 'revenue', type: 'decimal', optional: true } as const

function sinkOn(path: string, options: Partial<SqliteSinkOptions> = {}): SqlSink {
  return createSqliteSink({ file: path, table: 'accounts', columns: [name], leaseWaitMs: 0, ...options })
}

async function put(sink: SqlSink, ...events: Parameters<SqlSink['write']>[0]): Promise<SqlPosition> {
  await sink.write(events)
  return sink.commit()
}

describe('columns', () => {
  it('that are missing are added, and what is there stays', async () => {
    const path = place.fresh()
    const first = sinkOn(path)
    await first.open(undefined)
    const position = await put(first, account(1))
    const second = sinkOn(path, { columns: [revenue, name], deletions: 'soft' })
    await second.open(position)
    await put(second, account(2, { revenue: 12.5 }), deleted(idOf(1)))
    expect(
      await place.query(path, 'SELECT name, revenue, deleted_at IS NULL AS live FROM accounts ORDER BY live'),
    ).toEqual([
      { name: 'Account 1, version 1', revenue: null, live: 0 },
      { name: 'Account 2, version 1', revenue: '12.5', live: 1 },
    ])
  })

  it('of another type are refused, and so are missing ones when told so', async () => {
    const path = place.fresh()
    const first = sinkOn(path, { columns: [{ ...revenue, type: 'double' }] })
    await first.open(undefined)
    const position = await first.commit()
    const mismatch = (message: RegExp) => ({ code: 'sink-mismatch', message })
    for (const schemaChanges of ['add', 'widen', 'refuse', 'ignore'] as const) {
      const second = sinkOn(path, { columns: [revenue], schemaChanges })
      await expect(second.open(position)).rejects.toMatchObject(
        mismatch(/has the type REAL, and TEXT is needed/),
      )
    }
    const third = sinkOn(path, { schemaChanges: 'refuse' })
    await expect(third.open(position)).rejects.toMatchObject(
      mismatch(/ALTER TABLE "accounts" ADD COLUMN "name" TEXT/),
    )
  })

  it('of every kind are taken as the same again, also where names differ in case', async () => {
    const path = place.fresh()
    const columns = columnKinds.map((kind) => ({ member: kind, type: kind, optional: true }))
    for (const cased of [
      columns,
      columns.map((column) => ({ ...column, column: column.member.toUpperCase() })),
    ]) {
      const sink = sinkOn(path, { columns: cased, schemaChanges: 'refuse', deletions: 'soft' })
      await sink.open(undefined)
      await sink.close()
    }
    expect(() => sinkOn(path, { columns: [name, { ...name, member: 'NAME' }] })).toThrow(/'NAME' twice/)
    expect(() => sinkOn(path, { columns: [{ ...name, member: 'ID' }] })).toThrow(
      /one that the sink has itself/,
    )
  })

  it('keep every value as it came', async () => {
    const values: readonly (readonly [(typeof columnKinds)[number], string, unknown])[] = [
      ['decimal', '922337203685477.5807', '922337203685477.5807'],
      ['decimal', '-79228162514264337593543950335', '-79228162514264337593543950335'],
      ['int64', '9223372036854775807', '9223372036854775807'],
      ['int64', '-9223372036854775808', '-9223372036854775808'],
      ['int32', '-2147483648', -2_147_483_648],
      ['double', '1.7976931348623157e308', Number.MAX_VALUE],
      ['double', '5e-324', 5e-324],
      ['double', '0.1', 0.1],
      ['double', '1e-17', 1e-17],
      ['double', '3.0000000000000004', 3.0000000000000004],
      ['boolean', 'true', 1],
      ['date', '"0001-01-01"', '0001-01-01'],
      ['timestamptz', '"2024-02-29T23:59:59.1234567Z"', '2024-02-29T23:59:59.1234567Z'],
      ['timestamptz', '"2026-03-01T01:30:00.5+02:00"', '2026-02-28T23:30:00.5Z'],
      ['timestamp', '"2026-03-29T02:30:00Z"', '2026-03-29T02:30:00'],
      ['enum-set', '"1,9"', '[1,9]'],
      ['enum-set', '""', '[]'],
      ['json', '{"a":[1,{"b":null}]}', '{"a":[1,{"b":null}]}'],
      ['text', '"007"', '007'],
      ['text', '"\\ud83d\\ude00 it\'s \\"x\\""', '😀 it\'s "x"'],
    ]
    const columns = values.map(([type], at) => ({ member: `m${at}`, type }))
    const json = `{${values.map(([, text], at) => `"m${at}":${text}`).join(',')}}`
    const row = JSON.parse(json) as Record<string, unknown>
    const path = place.fresh()
    const sink = sinkOn(path, { columns: [...columns, { member: 'image', type: 'binary' }] })
    await sink.open(undefined)
    await put(sink, { ...upserted(idOf(1), { ...row, image: 'AP8=' }), bytes: Buffer.from(json) })
    const [kept] = await place.query(path, 'SELECT * FROM accounts')
    for (const [at, [kind, , value]] of values.entries())
      expect(kept?.[`m${at}`], `${kind} m${at}`).toEqual(value)
    expect(await place.query(path, 'SELECT hex(image) AS image FROM accounts')).toEqual([{ image: '00FF' }])
  })

  it('may be as many as SQLite takes', async () => {
    const path = place.fresh()
    const columns = Array.from({ length: 1_990 }, (_, at) => ({
      member: `m${at}`,
      type: 'text' as const,
      optional: true,
    }))
    const sink = sinkOn(path, { columns, deletions: 'soft', resync: 'at-end' })
    await sink.open(undefined)
    await put(sink, ...fullRead(1, [upserted(idOf(1), { m0: 'a', m1989: 'z' })]))
    await put(sink, ...fullRead(2, [upserted(idOf(1), { m0: 'b' })]))
    expect(await place.query(path, 'SELECT m0, m1989 FROM accounts')).toEqual([{ m0: 'b', m1989: 'z' }])
  })
})

describe('one file', () => {
  it('takes two tables whose syncs go on at the same time', async () => {
    const path = place.fresh()
    const sinks = ['accounts', 'contacts'].map((table) => sinkOn(path, { table }))
    for (const sink of sinks) await sink.open(undefined)
    await Promise.all(
      sinks.map(async (sink) => {
        for (let round = 1; round <= 10; round += 1) {
          await put(sink, reset(round), account(round), complete(round, 1))
        }
      }),
    )
    for (const table of ['accounts', 'contacts']) {
      expect(await place.query(path, `SELECT id FROM ${table}`)).toEqual([{ id: idOf(10) }])
    }
  })

  it('makes who waits too long for another writer try again later', async () => {
    const path = place.fresh()
    const sink = sinkOn(path, { busyWaitMs: 20 })
    await sink.open(undefined)
    await sink.write([account(1)])
    const other = await place.open(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(sink.commit()).rejects.toMatchObject({
      code: 'sink-failed',
      retryable: true,
      message: /somebody else is writing.*busyWaitMs/,
    })
    other.exec('ROLLBACK')
    other.close()
    await sink.open(undefined)
    await put(sink, account(1))
  })

  it('that cannot be opened says so', async () => {
    const sink = sinkOn(`${place.fresh()}/nowhere.db`)
    await expect(sink.open(undefined)).rejects.toMatchObject({
      code: 'sink-failed',
      message: /cannot be opened.*folder is there/,
    })
    expect(() => sinkOn(':memory:')).toThrow(/file must be the path of a file/)
  })
})

describe('leases', () => {
  it('are kept from other processes, and free once their process is killed', async () => {
    const path = place.fresh()
    const script = `
      const { createSqliteCheckpointStore } = await import(${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)})
      globalThis.lease = await createSqliteCheckpointStore({ file: process.argv[1] }).acquire('crm')
      process.stdout.write('taken')
      setInterval(() => {}, 1_000)`
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', script, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    const sink = sinkOn(path)
    await expect(sink.acquire('crm')).rejects.toMatchObject({
      code: 'conflict',
      message: new RegExp(`process ${holder.pid} holds it since \\d{4}-`),
    })
    await (await sink.acquire('erp')).release()
    holder.kill('SIGKILL')
    await once(holder, 'close')
    await (await sink.acquire('crm')).release()
  })
})

describe('states', () => {
  it('that are no states are not read', async () => {
    const path = place.fresh()
    const sink = sinkOn(path)
    await sink.open(undefined)
    await sink.write([upserted(idOf(1), accountRow(1))])
    await sink.commitWith('crm', { version: 1, checkpoint: checkpointOf() }, undefined)
    const database = await place.open(path)
    database.exec("UPDATE deltaverse_state SET state = '17'")
    database.close()
    await expect(sink.loadState('crm')).rejects.toMatchObject({ code: 'checkpoint-invalid' })
  })
})
