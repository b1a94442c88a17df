import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { Change } from '@deltaverse/core'
import { createMemoryDisk, interceptFiles, type MemoryDisk } from '@deltaverse/durable-files/testing'
import { account, checkpoint, complete, deleted, fullRead, idOf, reset } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, type FileSink, type FileSinkOptions, type LogManifest } from '../src/index.js'

let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

const sinkOf = (options: Partial<FileSinkOptions> = {}): FileSink =>
  createFileSink({ directory: '/out', name: 'accounts', files: disk.files, now: () => 0, ...options })
const manifest = (): LogManifest => JSON.parse(disk.contentOf('/out/accounts.manifest.json').toString())
const textOf = (file: string): string => disk.contentOf(`/out/${file}`).toString()
const idsIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).id)
const many = (count: number, from = 0): Change[] =>
  Array.from({ length: count }, (_, at) => account(from + at))

async function write(sink: FileSink, ...events: Parameters<FileSink['write']>[0]) {
  await sink.write(events)
  return await sink.commit()
}

describe('a log', () => {
  it('is one file of lines, in the order of the changes, and a manifest', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1), account(2)]))
    await write(sink, deleted(idOf(1)), checkpoint({ issuedAt: '2026-01-16T08:30:00.000Z' }))
    await sink.close()
    expect(disk.paths()).toEqual(['/out/accounts.000001.ndjson', '/out/accounts.manifest.json'])
    const content = disk.contentOf('/out/accounts.000001.ndjson')
    expect(idsIn(content.toString())).toEqual([idOf(1), idOf(2), idOf(1)])
    expect(manifest()).toEqual({
      format: 1,
      name: 'accounts',
      mode: 'log',
      reads: [
        {
          number: 1,
          epoch: 1,
          reason: 'initial',
          status: 'complete',
          files: [
            {
              file: 'accounts.000001.ndjson',
              begunAt: '1970-01-01T00:00:00.000Z',
              upserted: 2,
              deleted: 1,
              bytes: content.length,
              sha256: createHash('sha256').update(content).digest('hex'),
              closed: false,
              firstCheckpoint: { issuedAt: '2026-01-15T08:30:00.000Z', epoch: 1, phase: 'incremental' },
              lastCheckpoint: { issuedAt: '2026-01-16T08:30:00.000Z', epoch: 1, phase: 'incremental' },
            },
          ],
        },
      ],
      begun: [],
    })
  })

  it('begins another file with each epoch, and keeps what came before', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    await write(sink, reset(2), account(2))
    expect(manifest().reads.map(({ status }) => status)).toEqual(['complete', 'reading'])
    await write(sink, complete(2, 1), checkpoint({ epoch: 2 }))
    expect(manifest().reads.map(({ status }) => status)).toEqual(['complete', 'complete'])
    expect(manifest().reads.map(({ files }) => files.map(({ file, closed }) => [file, closed]))).toEqual([
      [['accounts.000001.ndjson', true]],
      [['accounts.000002.ndjson', false]],
    ])
    await sink.close()
  })

  it('removes the files of a read that was begun again, once a later position is opened', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    const early = await write(sink, reset(1), account(1), checkpoint({ isBoundary: false }))
    const late = await write(sink, reset(1), account(2))
    expect(manifest().reads.map(({ status }) => status)).toEqual(['abandoned', 'reading'])
    await sink.open(early)
    expect(manifest().reads.map(({ status }) => status)).toEqual(['reading'])
    expect(disk.paths()).toHaveLength(2)
    expect(await write(sink, reset(1), account(2))).toEqual(late)
    await sink.open(late)
    await sink.close()
    expect(disk.paths()).toEqual(['/out/accounts.000002.ndjson', '/out/accounts.manifest.json'])
    expect(manifest().reads).toMatchObject([{ number: 2, status: 'reading' }])
  })

  it('keeps a complete read when it starts empty, marked as discarded, and removes what was half done', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    await write(sink, reset(2), account(2))
    await sink.open(undefined)
    expect(manifest().reads).toMatchObject([{ status: 'discarded', files: [{ closed: true }] }])
    await write(sink, ...fullRead(1, [account(3)]))
    await sink.close()
    expect(manifest().reads.map(({ number, status }) => [number, status])).toEqual([
      [1, 'discarded'],
      [2, 'complete'],
    ])
    expect(idsIn(textOf('accounts.000001.ndjson'))).toEqual([idOf(1)])
    expect(idsIn(textOf('accounts.000002.ndjson'))).toEqual([idOf(3)])
  })

  it('goes on in another file after a number of rows, exactly', async () => {
    const sink = sinkOf({ rotate: { rows: 3 } })
    await sink.open(undefined)
    await sink.write(many(2))
    const position = await write(sink, ...many(5, 2))
    await sink.open(position)
    await write(sink, ...many(3, 7))
    await sink.close()
    const files = manifest().reads.flatMap((read) => read.files)
    expect(files.map(({ upserted, closed }) => [upserted, closed])).toEqual([
      [3, true],
      [3, true],
      [3, true],
      [1, false],
    ])
    expect(files.flatMap(({ file }) => idsIn(textOf(file)))).toEqual(many(10).map(({ id }) => id))
  })

  it('goes on in another file after a number of bytes', async () => {
    const sink = sinkOf({ rotate: { bytes: 10 } })
    await sink.open(undefined)
    for (const change of many(3)) await write(sink, change)
    await sink.close()
    expect(manifest().reads[0]?.files.map(({ upserted }) => upserted)).toEqual([1, 1, 1])
  })

  it('goes on in another file on another day in UTC, also after a restart', async () => {
    let now = Date.UTC(2026, 0, 15, 23, 59)
    const sink = sinkOf({ rotate: { daily: true }, now: () => now })
    await sink.open(undefined)
    await write(sink, account(1))
    const position = await write(sink, account(2))
    now += 60_000
    await sink.open(position)
    await write(sink, account(3))
    await write(sink, account(4))
    await sink.close()
    expect(manifest().reads[0]?.files.map(({ begunAt, upserted }) => [begunAt, upserted])).toEqual([
      ['2026-01-15T23:59:00.000Z', 2],
      ['2026-01-16T00:00:00.000Z', 2],
    ])
  })

  it('is cut at a commit and still whole gzip', async () => {
    const sink = sinkOf({ compress: 'gzip' })
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    const position = await write(sink, account(2))
    const committed = disk.contentOf('/out/accounts.000001.ndjson.gz')
    await write(sink, ...many(100, 10))
    await sink.open(position)
    expect(disk.contentOf('/out/accounts.000001.ndjson.gz')).toEqual(committed)
    await write(sink, account(3))
    await sink.close()
    const whole = gunzipSync(disk.contentOf('/out/accounts.000001.ndjson.gz')).toString()
    expect(idsIn(whole)).toEqual([1, 2, 3].map(idOf))
  })

  it('compresses many blocks in order', async () => {
    const sink = sinkOf({ compress: 'gzip' })
    await sink.open(undefined)
    const rows = Array.from({ length: 300 }, (_, at) => account(at, { description: `${at} `.repeat(10_000) }))
    for (let at = 0; at < rows.length; at += 7) await sink.write(rows.slice(at, at + 7))
    await sink.commit()
    await sink.close()
    const whole = gunzipSync(disk.contentOf('/out/accounts.000001.ndjson.gz')).toString()
    expect(idsIn(whole)).toEqual(rows.map(({ id }) => id))
  })

  it('goes on in another file when it is compressed from now on', async () => {
    const plain = sinkOf()
    await plain.open(undefined)
    const position = await write(plain, ...fullRead(1, [account(1)]))
    await plain.close()
    const sink = sinkOf({ compress: 'gzip' })
    await sink.open(position)
    await write(sink, account(2))
    expect(manifest().reads[0]?.files.map(({ file, closed }) => [file, closed])).toEqual([
      ['accounts.000001.ndjson', true],
      ['accounts.000002.ndjson.gz', false],
    ])
    const held: string[] = []
    for await (const rows of sink.held()) held.push(...rows.map(({ id }) => id))
    expect(held).toEqual([idOf(1), idOf(2)])
    await sink.close()
  })

  it('reads a file that was continued once more for its checksum, and no more often', async () => {
    const first = sinkOf()
    await first.open(undefined)
    const position = await write(first, ...many(10))
    await first.close()
    let reads = 0
    const files = interceptFiles(disk.files, ({ operation }) => {
      if (operation === 'file.read') reads += 1
    })
    const sink = sinkOf({ files })
    await sink.open(position)
    await sink.commit()
    const looksAtItsEnd = reads
    await write(sink, ...many(10, 10))
    expect(reads).toBeGreaterThan(looksAtItsEnd)
    const afterwards = reads
    await write(sink, ...many(10, 20))
    expect(reads).toBe(afterwards)
    await sink.close()
    const content = disk.contentOf('/out/accounts.000001.ndjson')
    expect(manifest().reads[0]?.files[0]?.sha256).toBe(createHash('sha256').update(content).digest('hex'))
  })

  it('writes nothing when there is nothing to say', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    const position = await write(sink, ...fullRead(1, [account(1)]))
    await sink.close()
    const calls: string[] = []
    const again = sinkOf({ files: interceptFiles(disk.files, ({ operation }) => void calls.push(operation)) })
    await again.open(position)
    expect(await again.commit()).toEqual(position)
    await again.close()
    expect(calls).not.toContain('file.writev')
    expect(calls).not.toContain('rename')
  })

  it('has odd names in odd files', async () => {
    const sink = sinkOf({ name: 'Sales/Accounts' })
    await sink.open(undefined)
    await write(sink, account(1))
    await sink.close()
    expect(disk.paths()).toContain('/out/%53ales%2f%41ccounts.000001.ndjson')
  })
})
