import type { HeldRow } from '@deltaverse/core'
import { createMemoryDisk, type MemoryDisk } from '@deltaverse/durable-files/testing'
import type { ColumnSchema } from '@deltaverse/schema'
import { account, checkpoint, deleted, fullRead, idOf } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, type FileSink, type FileSinkOptions, type LogManifest } from '../src/index.js'
import { accountsSchema } from './accounts-schema.js'

let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

const narrow = { ...accountsSchema, columns: accountsSchema.columns.slice(0, 2) }
const credit: ColumnSchema = { name: 'creditonhold', type: { kind: 'boolean' }, nullable: true }
const wide = { ...narrow, columns: [...narrow.columns, credit] }

const sinkOf = (options: Partial<FileSinkOptions> = {}): FileSink =>
  createFileSink({
    directory: '/out',
    name: 'accounts',
    files: disk.files,
    now: () => 0,
    format: 'csv',
    ...options,
  })
const textOf = (file: string): string => disk.contentOf(`/out/${file}`).toString()
const filesOf = (): LogManifest['reads'][number]['files'] =>
  (JSON.parse(textOf('accounts.manifest.json')) as LogManifest).reads.flatMap(({ files }) => files)

async function heldOf(sink: FileSink): Promise<readonly HeldRow[]> {
  const held: HeldRow[] = []
  for await (const rows of sink.held()) held.push(...rows)
  return held
}

async function write(sink: FileSink, ...events: Parameters<FileSink['write']>[0]) {
  await sink.write(events)
  return await sink.commit()
}

describe('a log in CSV', () => {
  it('leaves out what sources add on their own, such as the currency of money', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await sink.applySchema?.(narrow)
    const row = account(1, { name: 'Ann', _transactioncurrencyid_value: idOf(9), 'name@note': 'x' })
    await write(sink, ...fullRead(1, [row]), checkpoint())
    await sink.close()
    expect(textOf('accounts.000001.csv')).toContain(`upserted,${idOf(1)},1001,${idOf(1)},Ann\r\n`)
  })

  it('has kind, id and version in front of the columns, and a manifest that tells their types', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await sink.applySchema?.(narrow)
    await write(sink, ...fullRead(1, [account(1, { name: 'Ann "A", Ltd' })]), deleted(idOf(1)), checkpoint())
    await sink.close()
    expect(textOf('accounts.000001.csv')).toBe(
      `_kind,_id,_version,accountid,name\r\nupserted,${idOf(1)},1001,${idOf(1)},"Ann ""A"", Ltd"\r\ndeleted,${idOf(1)},,,\r\n`,
    )
    expect(filesOf()[0]).toMatchObject({ columns: narrow.columns, dialect: { delimiter: ',' } })
  })

  it('goes on in its file with the columns it began with, and in another one with others', async () => {
    let sink = sinkOf({ tableSchema: async () => narrow })
    await sink.open(undefined)
    const first = await write(sink, ...fullRead(1, [account(1)]))
    await sink.close()
    sink = sinkOf({ tableSchema: async () => narrow })
    await sink.open(first)
    await write(sink, account(2), checkpoint())
    expect(filesOf()).toHaveLength(1)
    await sink.applySchema?.(wide)
    await write(sink, account(3, { creditonhold: true }), checkpoint())
    await sink.close()
    expect(filesOf().map(({ file, upserted, closed }) => [file, upserted, closed])).toEqual([
      ['accounts.000001.csv', 2, true],
      ['accounts.000002.csv', 1, false],
    ])
    expect(textOf('accounts.000002.csv').split('\r\n')[0]).toBe(
      '_kind,_id,_version,accountid,name,creditonhold',
    )
  })

  it('may follow a log in NDJSON, and another dialect', async () => {
    let sink = sinkOf({ format: 'ndjson' })
    await sink.open(undefined)
    let position = await write(sink, ...fullRead(1, [account(1)]))
    await sink.close()
    for (const delimiter of [',', ';'] as const) {
      sink = sinkOf({ tableSchema: async () => narrow, csv: { delimiter } })
      await sink.open(position)
      position = await write(sink, account(2), checkpoint())
      await sink.close()
    }
    expect(filesOf().map(({ file }) => file)).toEqual([
      'accounts.000001.ndjson',
      'accounts.000002.csv',
      'accounts.000003.csv',
    ])
    expect((await heldOf(sink)).map(({ id }) => id)).toEqual([idOf(1), idOf(2), idOf(2)])
  })

  it('says how to name the columns where nobody did', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await expect(write(sink, account(1))).rejects.toThrow('pass tableSchema, or call applySchema()')
    await sink.close()
  })
})

describe('a mirror in CSV', () => {
  it('shows rows alone, and knows their versions all the same', async () => {
    const sink = sinkOf({ mode: 'mirror', tableSchema: async () => narrow })
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1, { name: '' }), account(2, { name: null })]))
    await write(sink, account(1, { name: 'Ann' }, 2), checkpoint())
    await sink.close()
    const rows = [`${idOf(1)},Ann`, `${idOf(2)},`].sort()
    expect(textOf('accounts.csv')).toBe(`accountid,name\r\n${rows.join('\r\n')}\r\n`)
    expect((await heldOf(sink)).map(({ id, rowVersion }) => [id, rowVersion]).sort()).toEqual(
      [
        [idOf(1), '2001'],
        [idOf(2), '1002'],
      ].sort(),
    )
  })

  it('is made anew where it was in another format', async () => {
    let sink = sinkOf({ mode: 'mirror', format: 'ndjson' })
    await sink.open(undefined)
    const position = await write(sink, ...fullRead(1, [account(1)]))
    await sink.close()
    sink = sinkOf({ mode: 'mirror', tableSchema: async () => narrow })
    await sink.open(position)
    await write(sink, checkpoint())
    await sink.close()
    expect(disk.paths().filter((path) => !path.includes('.mirror/'))).toEqual([
      '/out/accounts.csv',
      '/out/accounts.manifest.json',
    ])
  })
})
