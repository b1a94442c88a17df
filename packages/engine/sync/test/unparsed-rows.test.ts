import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { createFileCheckpointStore } from '@deltaverse/checkpoint-stores'
import type { ChangeEvent, ReadOptions } from '@deltaverse/core'
import { createFileSink, type FileSinkOptions } from '@deltaverse/files'
import { createFingerprints } from '@deltaverse/fingerprints'
import { sync } from '@deltaverse/sync'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type EmulatedTable, startTable } from './support/emulated-table.js'

let table: EmulatedTable
let directory: string

beforeEach(async () => {
  table = await startTable()
  directory = await mkdtemp(join(tmpdir(), 'unparsed-'))
})
afterEach(async () => {
  await table.stop()
  await rm(directory, { recursive: true })
})

/** @returns how many rows of the table were parsed since, by whomever: they alone have this column */
function countParses(): () => number {
  let parses = 0
  const { parse } = JSON
  vi.spyOn(JSON, 'parse').mockImplementation((text: string, reviver) => {
    const value: unknown = parse(text, reviver)
    if (value !== null && typeof value === 'object' && 'productnumber' in value) parses += 1
    return value
  })
  return () => parses
}

async function linesOf(path: string): Promise<string[]> {
  const file = createReadStream(path)
  const lines: string[] = []
  for await (const line of createInterface({
    input: path.endsWith('.gz') ? file.pipe(createGunzip()) : file,
  })) {
    lines.push(line)
  }
  return lines
}

it.each([
  ['a log', {}, 'products.000001.ndjson'],
  ['a compressed log', { compress: 'gzip' }, 'products.000001.ndjson.gz'],
  ['a mirror', { mode: 'mirror' }, 'products.ndjson'],
] satisfies [string, Partial<FileSinkOptions>, string][])(
  'rows pass to %s as the bytes they came in, and nobody parses one',
  async (_, options, file) => {
    const sent: string[] = []
    const plain = table.feed({ pageSize: 50 })
    const source = {
      ...plain,
      async *read(options?: ReadOptions): AsyncGenerator<readonly ChangeEvent[]> {
        for await (const batch of plain.read(options)) {
          for (const event of batch) if (event.kind === 'upserted') sent.push(event.bytes.toString())
          yield batch
        }
      },
    }
    table.add(200)
    const parses = countParses()
    const run = () =>
      sync({
        name: 'products',
        source,
        sink: createFileSink({ directory, name: 'products', ...options }),
        checkpoints: createFileCheckpointStore({ directory }),
        fingerprints: createFingerprints({ directory: join(directory, 'fingerprints') }),
      })
    await run()
    table.add(100)
    await run()
    expect(parses()).toBe(0)
    vi.restoreAllMocks()
    const lines = await linesOf(join(directory, file))
    expect(new Set(sent).size).toBe(300)
    expect(sent.filter((bytes) => !lines.some((line) => line.endsWith(`"row":${bytes}}`)))).toEqual([])
  },
)
