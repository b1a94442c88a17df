import type { ChangeEvent } from '@deltaverse/core'
import {
  createMemoryDisk,
  fileError,
  interceptFiles,
  type MemoryDisk,
} from '@deltaverse/durable-files/testing'
import { account, checkpoint, complete, deleted, fullRead, idOf, reset } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, type FileSink, type FileSinkOptions, type MirrorManifest } from '../src/index.js'
import { publishedRows } from './rows-of.js'

const place = { directory: '/out', name: 'accounts' }
let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

const sinkOf = (options: Partial<FileSinkOptions> = {}): FileSink =>
  createFileSink({ ...place, mode: 'mirror', files: disk.files, ...options })
const manifest = (): MirrorManifest => JSON.parse(disk.contentOf('/out/accounts.manifest.json').toString())
const inMidRead = checkpoint({ phase: 'snapshot' })

async function write(sink: FileSink, ...events: readonly ChangeEvent[]) {
  await sink.write(events)
  return await sink.commit()
}

async function published(): Promise<readonly unknown[] | undefined> {
  const rows = await publishedRows({ ...place, files: disk.files })
  return rows === undefined ? undefined : [...rows.values()]
}

const rowsOf = (...changes: readonly ReturnType<typeof account>[]) =>
  [...changes].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ row }) => row)

async function put(path: string, text: string): Promise<void> {
  const file = await disk.files.open(path, 'w')
  await file.writev([Buffer.from(text)], 0)
  await file.close()
}

describe('a mirror', () => {
  it('appears when the first read has ended, and not before', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, reset(1), account(1), inMidRead)
    await write(sink, account(2), complete(1, 2))
    expect(await published()).toBeUndefined()
    await write(sink, checkpoint())
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    expect(manifest()).toMatchObject({
      file: 'accounts.ndjson',
      published: { rows: 2, checkpoint: { phase: 'incremental', epoch: 1 } },
    })
    await sink.close()
  })

  it('is replaced when a delta has ended, not in the middle of it', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1), account(2)]))
    await write(sink, account(3))
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    await write(sink, inMidRead)
    await write(sink, deleted(idOf(1)))
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    await write(sink, checkpoint())
    expect(await published()).toEqual(rowsOf(account(2), account(3)))
    await sink.close()
  })

  it('is replaced when a resync has ended, whatever deltas were pending', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1), account(2)]))
    await write(sink, account(3), inMidRead)
    await write(sink, reset(2), account(1, {}, 2), checkpoint({ epoch: 2, isBoundary: false }))
    await write(sink, account(4), checkpoint({ epoch: 2 }))
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    await write(sink, complete(2, 2), account(4, {}, 2), checkpoint({ epoch: 2 }))
    expect(await published()).toEqual(rowsOf(account(1, {}, 2), account(4, {}, 2)))
    await sink.close()
  })

  it('is a file of no rows when the table has none', async () => {
    for (const compress of ['none', 'gzip'] as const) {
      const sink = sinkOf({ compress, name: `accounts-${compress}` })
      await sink.open(undefined)
      await write(sink, ...fullRead(1, []))
      await sink.close()
    }
    expect(disk.contentOf('/out/accounts-none.ndjson')).toHaveLength(0)
    expect(disk.contentOf('/out/accounts-gzip.ndjson.gz').length).toBeGreaterThan(0)
  })

  it('is left alone by reads that bring nothing', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    const position = await write(sink, ...fullRead(1, [account(1)]))
    const before = disk.paths()
    expect(await write(sink, checkpoint())).toEqual(position)
    expect(disk.paths()).toEqual(before)
    await sink.close()
  })

  it('keeps two states on the disk, and nothing of the work', async () => {
    const sink = sinkOf({ sortBytes: 1 })
    await sink.open(undefined)
    let position = await write(sink, ...fullRead(1, [account(1)]))
    for (let number = 2; number < 12; number++) {
      position = await write(sink, account(number), account(number + 100), checkpoint())
    }
    expect(disk.paths().map((path) => path.replace(/\d{6}/, '#'))).toEqual([
      '/out/accounts.manifest.json',
      '/out/accounts.mirror/base.#.ndjson',
      '/out/accounts.mirror/base.#.ndjson',
      '/out/accounts.ndjson',
    ])
    await sink.open(position)
    await sink.close()
    expect(disk.paths()).toHaveLength(3)
  })

  it('takes back a replacement that was not saved', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    const position = await write(sink, ...fullRead(1, [account(1)]))
    await write(sink, account(2), checkpoint())
    expect(await published()).toHaveLength(2)
    await sink.open(position)
    expect(await published()).toEqual(rowsOf(account(1)))
    await sink.close()
  })

  it('says so when it is opened further back than it can go', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    const position = await write(sink, ...fullRead(1, [account(1)]))
    for (const number of [2, 3]) await write(sink, account(number), checkpoint())
    await expect(sink.open(position)).rejects.toMatchObject({
      code: 'sink-mismatch',
      message: expect.stringContaining('is gone'),
    })
  })

  it('goes on when somebody took the published file away', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    await disk.files.rename('/out/accounts.ndjson', '/out/taken.ndjson')
    await write(sink, account(2), checkpoint())
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    await sink.close()
  })

  it('sets a file aside that it did not put there', async () => {
    await disk.files.mkdir('/out')
    await put('/out/accounts.ndjson', 'mine\n')
    const told: string[] = []
    const sink = sinkOf({
      onEvent: (event) =>
        told.push(event.kind === 'set-aside' ? `${event.path} ${event.keptAs}` : event.kind),
    })
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    expect(disk.contentOf('/out/accounts.ndjson.1.bak').toString()).toBe('mine\n')
    expect(told).toEqual(['/out/accounts.ndjson /out/accounts.ndjson.1.bak'])
    await sink.close()
  })

  it('stays visible while a table is read anew without a saved state', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    await sink.open(undefined)
    await write(sink, reset(1), account(2), inMidRead)
    expect(await published()).toEqual(rowsOf(account(1)))
    await write(sink, complete(1, 1), checkpoint())
    expect(await published()).toEqual(rowsOf(account(2)))
    expect(disk.paths().filter((path) => path.endsWith('.bak'))).toEqual([])
    await sink.close()
  })

  it('replaces the old file by a compressed one when it is compressed from now on', async () => {
    const plain = sinkOf()
    await plain.open(undefined)
    const position = await write(plain, ...fullRead(1, [account(1)]))
    await plain.close()
    const sink = sinkOf({ compress: 'gzip' })
    await sink.open(position)
    await write(sink, account(2), checkpoint())
    await sink.close()
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    expect(disk.paths()).toContain('/out/accounts.ndjson.gz')
    expect(disk.paths()).not.toContain('/out/accounts.ndjson')
  })

  it('works on a file system without links', async () => {
    const files = interceptFiles(disk.files, ({ operation, path }) => {
      if (operation === 'link') throw fileError('ENOTSUP', path)
    })
    const sink = sinkOf({ files })
    await sink.open(undefined)
    await write(sink, ...fullRead(1, [account(1)]))
    await write(sink, account(2), checkpoint())
    expect(await published()).toEqual(rowsOf(account(1), account(2)))
    await sink.close()
  })

  it('finds out by its checksum that its rows were edited, before it replaces them', async () => {
    const sink = sinkOf()
    await sink.open(undefined)
    const position = await write(sink, ...fullRead(1, [account(1)]))
    const path = disk.paths().find((each) => each.includes('/base.')) ?? ''
    await put(path, disk.contentOf(path).toString().replace('Account 1', 'Account X'))
    await sink.open(position)
    const failing = write(sink, account(2), checkpoint())
    await expect(failing).rejects.toMatchObject({
      code: 'sink-mismatch',
      message: expect.stringContaining('its checksum is not that of what was written'),
    })
    await sink.close()
  })

  it('merges what is too much for memory, in rounds', async () => {
    const sink = sinkOf({ sortBytes: 1 })
    await sink.open(undefined)
    await sink.write([reset(1)])
    // Each write is more than the sorter reads at a time, so that each becomes a part of its own.
    const description = 'x'.repeat(300_000)
    for (let number = 0; number < 150; number++)
      await sink.write([account(number % 100, { description }, number)])
    await write(sink, complete(1, 100), checkpoint())
    const versions = Array.from({ length: 100 }, (_, at) =>
      account(at, { description }, at < 50 ? at + 100 : at),
    )
    expect(await published()).toEqual(rowsOf(...versions))
    await sink.close()
  })

  it('stops merging by its signal, and merges with the next commit', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const files = interceptFiles(disk.files, ({ operation, path }) => {
      if (operation === 'open' && path.includes('base.')) stop.abort(reason)
    })
    const sink = sinkOf({ files })
    await sink.open(undefined)
    await sink.write(fullRead(1, [account(1)]))
    await expect(sink.commit({ signal: stop.signal })).rejects.toBe(reason)
    expect(await published()).toBeUndefined()
    await sink.commit()
    expect(await published()).toEqual(rowsOf(account(1)))
    await sink.close()
  })
})
