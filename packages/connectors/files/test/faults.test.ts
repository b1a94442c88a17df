import type { ChangeEvent } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import {
  createMemoryDisk,
  fileError,
  interceptFiles,
  type MemoryDisk,
} from '@deltaverse/durable-files/testing'
import { account, checkpoint, fullRead } from '@deltaverse/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFileSink, type FilePosition, type FileSink, type FileSinkOptions } from '../src/index.js'
import { rowsAt, rowsOfLog } from './rows-of.js'

let disk: MemoryDisk

beforeEach(() => {
  disk = createMemoryDisk()
})

const place = { directory: '/out', name: 'accounts' }
const delta = (number: number): readonly ChangeEvent[] => [account(number), checkpoint()]

function sinkOf(mode: 'log' | 'mirror', options: Partial<FileSinkOptions> = {}): FileSink {
  return createFileSink({ ...place, mode, files: disk.files, ...options })
}

async function opened(sink: FileSink): Promise<FilePosition> {
  await sink.open(undefined)
  await sink.write(fullRead(1, [account(1)]))
  return await sink.commit()
}

async function idsAt(mode: 'log' | 'mirror', position: FilePosition): Promise<string[]> {
  const here = { ...place, files: disk.files }
  const rows = await (mode === 'log' ? rowsOfLog(here) : rowsAt(here, position))
  return [...rows.keys()].sort()
}

const idsOf = (...numbers: number[]): string[] => numbers.map((number) => account(number).id).sort()

async function put(path: string, text: string): Promise<void> {
  const file = await disk.files.open(path, 'w')
  await file.writev([Buffer.from(text)], 0)
  await file.close()
}

describe.each(['log', 'mirror'] as const)('a %s', (mode) => {
  it('says that the disk is full, loses nothing, and goes on by itself once there is room', async () => {
    const sink = sinkOf(mode)
    const position = await opened(sink)
    disk.limitTo(disk.paths().reduce((sum, path) => sum + disk.contentOf(path).length, 100))
    await sink.write([account(2, { description: 'x'.repeat(2_000) }), checkpoint()])
    const failure = await sink.commit().catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'sink-failed',
      retryable: true,
      message: expect.stringContaining('no space is left on the device'),
    })
    expect(await idsAt(mode, position)).toEqual(idsOf(1))
    disk.limitTo(1_000_000)
    expect(await idsAt(mode, await sink.commit())).toEqual(idsOf(1, 2))
    await sink.close()
  })

  it('goes on from the position after a full disk', async () => {
    const sink = sinkOf(mode)
    const position = await opened(sink)
    disk.limitTo(disk.paths().reduce((sum, path) => sum + disk.contentOf(path).length, 100))
    await sink.write([account(2, { description: 'x'.repeat(2_000) }), checkpoint()])
    await expect(sink.commit()).rejects.toMatchObject({ code: 'sink-failed' })
    await sink.close()
    disk.limitTo(1_000_000)
    const next = sinkOf(mode)
    await next.open(position)
    await next.write(delta(3))
    expect(await idsAt(mode, await next.commit())).toEqual(idsOf(1, 3))
    await next.close()
  })

  it.each([
    ['EROFS', 'the file system is read-only'],
    ['EACCES', 'permission is denied'],
    ['EMFILE', 'this process has too many files open'],
  ])('says so when writing fails with %s', async (code, words) => {
    let isFailing = false
    const files: Files = interceptFiles(disk.files, ({ operation, path }) => {
      if (isFailing && /^(?:file\.writev|rename|link)$/.test(operation)) throw fileError(code, path)
    })
    const sink = sinkOf(mode, { files })
    await opened(sink)
    isFailing = true
    const failing = sink.write(delta(2)).then(() => sink.commit())
    await expect(failing).rejects.toMatchObject({
      code: 'sink-failed',
      message: expect.stringContaining(words),
    })
    isFailing = false
    expect(await idsAt(mode, await sink.commit())).toEqual(idsOf(1, 2))
    await sink.close()
  })

  it('says so when its folder cannot be made', async () => {
    await put('/file', '')
    const failure = createFileSink({ ...place, mode, files: disk.files, directory: '/file/out' }).open(
      undefined,
    )
    await expect(failure).rejects.toMatchObject({ code: 'sink-failed' })
  })

  it('refuses a position of another mode, of another release, or none at all', async () => {
    const other = sinkOf(mode === 'log' ? 'mirror' : 'log', { name: 'others' })
    const foreign = await opened(other)
    await other.close()
    const sink = sinkOf(mode)
    for (const position of [foreign, { format: 2, mode }, {}, 'here', null]) {
      await expect(sink.open(position as FilePosition)).rejects.toMatchObject({ code: 'sink-mismatch' })
    }
    await expect(sink.write([account(1)])).rejects.toThrow('call open() before')
  })

  it('takes writes of a disk that stop short', async () => {
    const files: Files = {
      ...disk.files,
      async open(path, flags) {
        const file = await disk.files.open(path, flags)
        return {
          ...file,
          writev: (buffers, at) => file.writev([Buffer.concat(buffers).subarray(0, 7)], at),
        }
      },
    }
    const sink = sinkOf(mode, { files })
    expect(await idsAt(mode, await opened(sink))).toEqual(idsOf(1))
    await sink.close()
  })
})

describe('a log whose files somebody touches', () => {
  const file = '/out/accounts.000001.ndjson'

  it.each([
    ['emptied', async () => await put(file, ''), /was cut to 0 bytes by somebody else/],
    ['moved away', async () => await disk.files.rename(file, '/out/old'), /was moved, removed or replaced/],
    [
      'replaced',
      async () => {
        await put('/out/other', 'other\n')
        await disk.files.rename('/out/other', file)
      },
      /was moved, removed or replaced/,
    ],
  ])('commits nothing more to a file that is %s while it is open', async (_, interfere, expected) => {
    const sink = sinkOf('log')
    const position = await opened(sink)
    const before = disk.contentOf(file)
    await interfere()
    await sink.write(delta(2))
    await expect(sink.commit()).rejects.toMatchObject({
      code: 'sink-mismatch',
      message: expect.stringMatching(expected),
    })
    await sink.close()
    await expect(sinkOf('log').open(position)).rejects.toMatchObject({ code: 'sink-mismatch' })
    // Put back, it goes on.
    await put(file, before.toString())
    const next = sinkOf('log')
    await next.open(position)
    await next.write(delta(3))
    expect(await idsAt('log', await next.commit())).toEqual(idsOf(1, 3))
    await next.close()
  })

  it('writes over what somebody else appended, and leaves nothing of it', async () => {
    const sink = sinkOf('log')
    await opened(sink)
    await put(file, `${disk.contentOf(file)}${'x'.repeat(10_000)}`)
    await sink.write(delta(2))
    expect(await idsAt('log', await sink.commit())).toEqual(idsOf(1, 2))
    expect(disk.contentOf(file).toString()).not.toContain('xx')
    await sink.close()
  })

  it.each([
    [
      'is gone',
      async () => await disk.files.rm(file),
      /is gone, and the saved state counts on its \d+ bytes/,
    ],
    ['is shorter', async () => await put(file, 'short\n'), /has 6 bytes, and the saved state counts on \d+/],
    [
      'has no line ending there',
      async () => await put(file, `${disk.contentOf(file).toString().slice(0, -1)}xxx`),
      /no line ends at byte \d+/,
    ],
  ])('refuses a file that %s', async (_, interfere, expected) => {
    const sink = sinkOf('log')
    const position = await opened(sink)
    await sink.close()
    await interfere()
    await expect(sink.open(position)).rejects.toMatchObject({
      code: 'sink-mismatch',
      message: expect.stringMatching(expected),
    })
  })

  it('finds out by its checksum that a file was edited, before it commits more to it', async () => {
    const sink = sinkOf('log')
    const position = await opened(sink)
    await sink.close()
    await put(file, disk.contentOf(file).toString().replace('Account 1', 'Account X'))
    await sink.open(position)
    await sink.write(delta(2))
    await expect(sink.commit()).rejects.toMatchObject({
      code: 'sink-mismatch',
      message: expect.stringContaining('are not those that were written'),
    })
    await sink.close()
  })

  it.each([
    ['gone', async () => await disk.files.rm('/out/accounts.manifest.json')],
    ['rubbish', async () => await put('/out/accounts.manifest.json', '{"format":1')],
    [
      'of another log',
      async () => await put('/out/accounts.manifest.json', '{"format":1,"mode":"log","name":"x"}'),
    ],
    [
      'one that names files elsewhere',
      async () => {
        const text = disk.contentOf('/out/accounts.manifest.json').toString()
        await put('/out/accounts.manifest.json', text.replace('"begun": []', '"begun": ["../etc/passwd"]'))
      },
    ],
  ])('refuses a manifest that is %s; begun anew, it keeps everything', async (_, interfere) => {
    const told: string[] = []
    const sink = sinkOf('log', {
      onEvent: (event) => told.push(event.kind === 'set-aside' ? event.path : event.kind),
    })
    const position = await opened(sink)
    await sink.close()
    const before = disk.contentOf(file)
    await interfere()
    await expect(sink.open(position)).rejects.toMatchObject({ code: 'sink-mismatch' })
    await sink.open(undefined)
    await sink.write(fullRead(1, [account(2)]))
    expect(await idsAt('log', await sink.commit())).toEqual(idsOf(2))
    await sink.close()
    expect(disk.contentOf(`${file}.1.bak`)).toEqual(before)
    expect(told).toContain(file)
  })
})

describe('createFileSink()', () => {
  it.each([
    [{ mode: 'both' }, "mode must be one of 'log', 'mirror', received 'both'"],
    [{ compress: 'zip' }, "compress must be one of 'none', 'gzip', received 'zip'"],
    [{ rotate: { rows: 0 } }, 'rotate.rows must be a number of at least 1, received 0'],
    [
      { rotate: { bytes: Number.NaN } },
      'rotate.bytes must be a whole number of bytes of at least 1, received',
    ],
    [{ rotate: { daily: 1 } }, 'rotate.daily must be true or false, received a number'],
    [{ rotat: {} }, 'createFileSink() has no option "rotat". Did you mean rotate?'],
    [{ mode: 'mirror', rotate: {} }, 'rotate needs mode "log"'],
    [{ sortBytes: 1 }, 'sortBytes needs mode "mirror"'],
    [{ name: '' }, 'name must be text, received empty text'],
    [{ directory: '' }, 'directory must be text, received empty text'],
  ])('refuses %j', (options, message) => {
    const given = { ...place, ...options } as FileSinkOptions
    expect(() => createFileSink(given)).toThrow(message)
  })
})
