import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Change } from '@deltaverse/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FileError } from './file-error.js'
import { createNdjsonFileSink, type OutputFile } from './ndjson-file-sink.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sink-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function upserted(number: number, name = 'x'): Change {
  const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
  const bytes = Buffer.from(JSON.stringify({ productid: id, name }))
  return {
    kind: 'upserted',
    entitySet: 'products',
    id,
    rowVersion: String(number),
    bytes,
    row: JSON.parse(bytes.toString()),
  }
}

const reset = (generation: number) => ({ kind: 'reset', reason: 'initial', generation }) as const
const read = (file: string): string => readFileSync(join(directory, file), 'utf8')
const lineCount = (file: string): number => read(file).split('\n').length - 1

describe('createNdjsonFileSink()', () => {
  it('writes a line for each change and says after a commit how far the file is', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1), upserted(2)])
    const position = await sink.commit()
    await sink.close()
    expect(position).toEqual({ file: 'products.ndjson', bytes: Buffer.byteLength(read('products.ndjson')) })
    expect(lineCount('products.ndjson')).toBe(2)
  })

  it('cuts off what lies behind the position, torn lines included', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    const position = await sink.commit()
    await sink.close()
    const committed = read('products.ndjson')
    writeFileSync(join(directory, 'products.ndjson'), `${committed}{"kind":"upserted","table":"prod`)

    await sink.open(position)
    expect(read('products.ndjson')).toBe(committed)
    await sink.write([upserted(2)])
    await sink.commit()
    await sink.close()
    expect(read('products.ndjson').startsWith(committed)).toBe(true)
    expect(lineCount('products.ndjson')).toBe(2)
  })

  it('refuses a file that is shorter than the position, gone, or has no line ending there', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    const position = { file: 'products.ndjson', bytes: 10 }
    await expect(sink.open(position)).rejects.toThrow(/is gone.*--restart/)
    writeFileSync(join(directory, 'products.ndjson'), 'short\n')
    await expect(sink.open(position)).rejects.toThrow(/has 6 bytes, and the checkpoint counts on 10/)
    writeFileSync(join(directory, 'products.ndjson'), 'something else\n')
    await expect(sink.open(position)).rejects.toThrow(/was changed: no line ends at byte 10/)
    await sink.close()
    expect(read('products.ndjson')).toBe('something else\n')
  })

  it.each([
    [
      'emptied',
      () => truncateSync(join(directory, 'products.ndjson')),
      /was cut to 0 bytes by somebody else/,
    ],
    [
      'moved away',
      () => renameSync(join(directory, 'products.ndjson'), join(directory, 'old')),
      /was moved, removed or replaced by somebody else/,
    ],
    [
      'replaced',
      () => {
        writeFileSync(join(directory, 'other'), 'other\n')
        renameSync(join(directory, 'other'), join(directory, 'products.ndjson'))
      },
      /was moved, removed or replaced by somebody else/,
    ],
  ])('commits nothing more to a file that is %s while it is open', async (_, interfere, expected) => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    await sink.commit()
    interfere()
    const sizes = readdirSync(directory).map((file) => read(file).length)
    await sink.write([upserted(2)])
    await expect(sink.commit()).rejects.toThrow(expected)
    await sink.close()
    expect(readdirSync(directory).map((file) => read(file).length)).toEqual(sizes)
  })

  it('writes over what somebody else appended, and leaves nothing of it', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    await sink.commit()
    appendFileSync(join(directory, 'products.ndjson'), 'x'.repeat(10_000))
    await sink.write([upserted(2)])
    await sink.commit()
    await sink.close()
    expect(lineCount('products.ndjson')).toBe(2)
    expect(read('products.ndjson')).not.toContain('xx')
  })

  it('begins a new file for each later generation and leaves the earlier one as it is', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1), upserted(2)])
    await sink.write([reset(2), upserted(3)])
    const position = await sink.commit()
    await sink.close()
    expect(position.file).toBe('products.generation-2.ndjson')
    expect(lineCount('products.ndjson')).toBe(2)
    expect(lineCount('products.generation-2.ndjson')).toBe(1)
  })

  it('begins the file of a generation again when its read is begun again', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1), upserted(2)])
    await sink.commit()
    await sink.write([reset(1), upserted(3)])
    await sink.commit()
    await sink.close()
    expect(read('products.ndjson')).toContain('000000000003')
    expect(lineCount('products.ndjson')).toBe(1)
    expect(readdirSync(directory)).toEqual(['products.ndjson'])
  })

  it('announces a file before it touches it', async () => {
    const existed: boolean[] = []
    const sink = createNdjsonFileSink({
      directory,
      entitySet: 'products',
      onBegin: async (file) => {
        existed.push(existsSync(join(directory, file)))
      },
    })
    await sink.open(undefined)
    await sink.write([reset(1)])
    await sink.close()
    expect(existed).toEqual([false])
    expect(read('products.ndjson')).toBe('')
  })

  it('sets a file aside that nobody accounts for, under a name that is free', async () => {
    writeFileSync(join(directory, 'products.ndjson'), 'mine\n')
    writeFileSync(join(directory, 'products.ndjson.1.bak'), 'older\n')
    const told: string[] = []
    const sink = createNdjsonFileSink({
      directory,
      entitySet: 'products',
      onSetAside: (file, keptAs) => told.push(`${file} ${keptAs}`),
    })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    await sink.commit()
    await sink.close()
    expect(told).toEqual(['products.ndjson products.ndjson.2.bak'])
    expect(read('products.ndjson.1.bak')).toBe('older\n')
    expect(read('products.ndjson.2.bak')).toBe('mine\n')
    expect(lineCount('products.ndjson')).toBe(1)
  })

  it('begins a file again that the state accounts for, without a copy', async () => {
    writeFileSync(join(directory, 'products.ndjson'), 'half a read\n')
    const sink = createNdjsonFileSink({ directory, entitySet: 'products', owned: ['products.ndjson'] })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    await sink.commit()
    await sink.close()
    expect(readdirSync(directory)).toEqual(['products.ndjson'])
    expect(lineCount('products.ndjson')).toBe(1)
  })

  it('writes the rest when a write stops short', async () => {
    const sink = createNdjsonFileSink({
      directory,
      entitySet: 'products',
      openFile: async (path, flags) =>
        withWritev(await open(path, flags), (file, buffers, position) =>
          file.writev([buffers[0]!.subarray(0, 7)], position),
        ),
    })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    await sink.write([upserted(2)])
    const { bytes } = await sink.commit()
    await sink.close()
    expect(lineCount('products.ndjson')).toBe(2)
    expect(Buffer.byteLength(read('products.ndjson'))).toBe(bytes)
    for (const line of read('products.ndjson').trim().split('\n')) JSON.parse(line)
  })

  it('says that the disk is full, and keeps what was committed', async () => {
    let full = false
    const sink = createNdjsonFileSink({
      directory,
      entitySet: 'products',
      openFile: async (path, flags) =>
        withWritev(await open(path, flags), (file, buffers, position) => {
          if (full) throw Object.assign(new Error('write failed'), { code: 'ENOSPC' })
          return file.writev(buffers, position)
        }),
    })
    await sink.open(undefined)
    await sink.write([reset(1), upserted(1)])
    const position = await sink.commit()
    full = true
    await sink.write([upserted(2)])
    const failure = await sink.commit().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FileError)
    expect(failure).toMatchObject({ code: 'ENOSPC', message: expect.stringContaining('no space is left') })
    await sink.close()

    full = false
    await sink.open(position)
    await sink.write([upserted(2)])
    await sink.commit()
    await sink.close()
    expect(lineCount('products.ndjson')).toBe(2)
  })

  it('says so when the folder is none', async () => {
    writeFileSync(join(directory, 'file'), '')
    const sink = createNdjsonFileSink({ directory: join(directory, 'file'), entitySet: 'products' })
    await sink.open(undefined)
    await expect(sink.write([reset(1)])).rejects.toThrow(/a part of the path is a file, not a folder/)
  })

  it('takes nothing once its signal has aborted', async () => {
    const sink = createNdjsonFileSink({ directory, entitySet: 'products' })
    await sink.open(undefined)
    const reason = new Error('enough')
    await expect(sink.write([reset(1)], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(readdirSync(directory)).toEqual([])
  })
})

type Writev = (
  file: OutputFile,
  buffers: readonly Uint8Array[],
  position: number,
) => Promise<{ bytesWritten: number }>

function withWritev(file: OutputFile, writev: Writev): OutputFile {
  return {
    writev: async (buffers, position) => writev(file, buffers, position),
    read: (...args) => file.read(...args),
    stat: () => file.stat(),
    truncate: (bytes) => file.truncate(bytes),
    sync: () => file.sync(),
    close: () => file.close(),
  }
}
