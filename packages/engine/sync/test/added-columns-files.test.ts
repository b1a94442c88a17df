import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import { createFileSink, type FileSinkOptions } from '@deltaverse/files'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type SyncEvent, type SyncStep, sync, verify } from '../src/index.js'
import { expectedOf, fill, wide } from './support/added-column.js'
import { type EmulatedTable, startTable } from './support/emulated-table.js'

let table: EmulatedTable
let directory: string
beforeEach(async () => {
  table = await startTable({ maxPageSize: 4 })
  directory = await mkdtemp(join(tmpdir(), 'added-columns-'))
})
afterEach(async () => {
  await table.stop()
  await rm(directory, { recursive: true })
})

type Options = Omit<FileSinkOptions, 'directory' | 'name'>

function parts(options: Options, select: readonly string[]) {
  return {
    name: 'products',
    source: table.feed({ pageSize: 4, select }),
    sink: createFileSink({ directory, name: 'products', ...options }),
    checkpoints: createFileCheckpointStore({ directory }),
    backfillPauseMs: 0,
    commitBytes: 1,
  }
}

async function run(options: Options, select: readonly string[], onStep?: (step: SyncStep) => void) {
  const events: SyncEvent[] = []
  await sync({ ...parts(options, select), onEvent: (event) => events.push(event), onStep })
  return events
}

const textOf = async (file: string): Promise<string> => {
  const bytes = await readFile(join(directory, file))
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}

type Line = Record<'kind' | 'id' | 'rowVersion', string> & { row: Record<string, unknown> }

/** The rows as the documents say that lines are read. */
function replay(text: string): Map<string, Line> {
  const rows = new Map<string, Line>()
  for (const each of text.split('\n').slice(0, -1)) {
    const line = JSON.parse(each) as Line
    const held = rows.get(line.id)
    if (line.kind === 'upserted') rows.set(line.id, line)
    else if (line.kind === 'deleted') rows.delete(line.id)
    else if (held?.rowVersion === line.rowVersion) {
      rows.set(line.id, { ...held, row: { ...held.row, ...line.row } })
    }
  }
  return rows
}

async function held(options: Options): Promise<Record<string, unknown[]>> {
  const manifest = JSON.parse(await textOf('products.manifest.json'))
  const files: string[] =
    options.mode === 'mirror'
      ? [manifest.file]
      : manifest.reads
          .findLast(({ status }: { status: string }) => status === 'complete')
          .files.map(({ file }: { file: string }) => file)
  const lines = replay((await Promise.all(files.map(textOf))).join(''))
  return Object.fromEntries([...lines].map(([id, { row }]) => [id, wide.map((name) => row[name])]))
}

const ways: readonly Options[] = [
  { mode: 'log' },
  { mode: 'log', compress: 'gzip', rotate: { rows: 5 } },
  { mode: 'mirror' },
  { mode: 'mirror', compress: 'gzip', sortBytes: 1 },
]
describe.each(ways)('a column that comes later, in files (%j)', (options) => {
  it('is put into the rows that are there, while somebody writes', async () => {
    let ids = table.add(19)
    fill(table, ids)
    await run(options, wide.slice(0, 2))
    let round = 0
    const events = await run(options, wide, (step) => {
      if (step !== 'columns-read') return
      round += 1
      table.change(ids[(round * 5) % ids.length]!, `Changed ${round}`)
      if (round < 6) table.remove(ids.splice((round * 7) % ids.length, 1)[0]!)
      if (round < 6) ids = [...ids, ...table.add(1)]
    })
    expect(events.filter(({ kind }) => kind === 'reset')).toEqual([])
    await run(options, wide)
    expect(await held(options)).toEqual(expectedOf(table, wide))
    const summary = await verify({ ...parts(options, wide) })
    expect(summary).toMatchObject({ ok: true, rowsInSink: table.expected().size })
  })

  it('is there after the next run, wherever this one broke off', async () => {
    const crash = new Error('crash')
    const ids = table.add(6)
    fill(table, ids)
    for (let at = 1; ; at += 1) {
      await rm(directory, { recursive: true })
      await run(options, wide.slice(0, 2))
      let taken = 0
      const broken = run(options, wide, () => {
        taken += 1
        if (taken === at) throw crash
      })
      const ended = await broken.then(
        () => undefined,
        (error: unknown) => error,
      )
      if (ended === undefined) break
      expect(ended).toBe(crash)
      table.change(ids[at % ids.length]!, `Changed ${at}`)
      await run(options, wide)
      expect(await held(options), `broken off at ${at}`).toEqual(expectedOf(table, wide))
    }
  })
})

describe('a column that comes later, in CSV', () => {
  const schema = (columns: readonly string[]) => ({
    name: 'products',
    primaryKey: ['productid'],
    columns: [
      { name: 'productid', type: { kind: 'uuid' as const }, nullable: false },
      ...columns.map((name) => ({
        name,
        type: { kind: name === 'price' ? ('decimal' as const) : ('text' as const) },
        nullable: true,
      })),
      { name: '_transactioncurrencyid_value', type: { kind: 'uuid' as const }, nullable: true },
    ],
  })
  const csv = (mode: 'log' | 'mirror', columns: readonly string[]): Options => ({
    mode,
    format: 'csv',
    tableSchema: async () => schema(columns),
  })

  it('is put into the rows of a mirror', async () => {
    fill(table, table.add(9))
    const source = (select: readonly string[]) => ({
      ...table.feed({ pageSize: 4, select }),
      schema: async () => schema(select),
    })
    const before = wide.slice(0, 2)
    await sync({ ...parts(csv('mirror', before), before), source: source(before) })
    await sync({ ...parts(csv('mirror', wide), wide), source: source(wide) })
    const [head, ...lines] = (await textOf('products.csv')).trim().split('\n')
    const expected = expectedOf(table, wide)
    expect(head?.split(',').slice(0, 5)).toEqual(['productid', ...wide])
    expect(lines.map((line) => line.split(',')[4])).toEqual(
      lines.map((line) => String(expected[line.slice(0, 36)]?.[3])),
    )
    expect(lines).toHaveLength(9)
  })
})
