import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type UploadFileOptions,
  type UploadProgress,
  type UploadSession,
  uploadFile,
} from '@deltaverse/dataverse'
import type { EmulatorOptions, FaultRule } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bytesOf,
  digest,
  type FileService,
  imageOf,
  inPieces,
  MiB,
  startFileService,
} from './file-fixture.js'

let service: FileService
let folder: string

async function start(options: EmulatorOptions = {}): Promise<void> {
  await service?.close()
  service = await startFileService(options)
}

beforeEach(async () => {
  await start({ files: { chunkBytes: 4 * MiB } })
  folder = await mkdtemp(join(tmpdir(), 'files-'))
})

afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const upload = (options: Partial<UploadFileOptions>) =>
  uploadFile(service.client, { ...service.place, name: 'a.pdf', ...options } as UploadFileOptions)

const nameOf = (column: string) => service.emulator.table('new_documents').rows()[0]?.[`${column}_name`]

const large = bytesOf(9 * MiB + 5)
const small = bytesOf(1500, 3)

async function pathOf(bytes: Buffer, name = 'on disk.pdf'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

type Source = (bytes: Buffer) => Promise<Partial<UploadFileOptions>>
const sources: [string, Source][] = [
  ['a Buffer', async (source) => ({ source })],
  ['a path', async (bytes) => ({ source: await pathOf(bytes) })],
  ['a stream of known size', async (bytes) => ({ source: inPieces(bytes), size: bytes.length })],
  ['a stream of unknown size', async (bytes) => ({ source: inPieces(bytes) })],
]
const sizes: [string, Buffer][] = [
  ['no byte', Buffer.alloc(0)],
  ['one byte', bytesOf(1)],
  ['just one piece', bytesOf(4 * MiB)],
  ['a byte more than one piece', bytesOf(4 * MiB + 1)],
  ['several pieces', large],
]
const cases = sources.flatMap(([source, make]) =>
  sizes.map(([size, bytes]) => [source, size, make, bytes] as const),
)

describe('a file', () => {
  it.each(cases)('that is %s of %s arrives as it is', async (_, __, make, bytes) => {
    const told: UploadProgress[] = []
    const done = await upload({ ...(await make(bytes)), onProgress: (progress) => told.push(progress) })
    expect(done).toEqual({ name: 'a.pdf', bytes: bytes.length })
    expect(digest(await service.stored('new_file'))).toBe(digest(bytes))
    expect(nameOf('new_file')).toBe('a.pdf')
    expect(told.at(-1)?.sentBytes).toBe(bytes.length)
    expect(told.map(({ sentBytes }) => sentBytes)).toEqual(
      [...told].map(({ sentBytes }) => sentBytes).sort((a, b) => a - b),
    )
  })

  it('goes in one request where it fits into one piece, else in pieces of the size that the service names', async () => {
    await upload({ source: small })
    expect(service.writes).toHaveLength(1)
    expect(service.writes[0]).toMatchObject({ method: 'PATCH', headers: { 'x-ms-file-name': 'a.pdf' } })
    await start({ files: { chunkBytes: MiB } })
    await upload({ source: large })
    const ranges = service.writes.map(({ headers }) => headers['content-range'])
    expect(ranges).toHaveLength(11)
    expect(ranges.slice(0, 3)).toEqual([
      undefined,
      `bytes 0-${MiB - 1}/${large.length}`,
      `bytes ${MiB}-${2 * MiB - 1}/${large.length}`,
    ])
    expect(digest(await service.stored('new_file'))).toBe(digest(large))
  })

  it('has the name of its path where none is given, and names and types of all sorts', async () => {
    await upload({ source: await pathOf(small), name: undefined })
    expect(nameOf('new_file')).toBe('on disk.pdf')
    await upload({ source: small, name: 'Angebot für Łódź 100%.pdf' })
    expect(nameOf('new_file')).toBe('Angebot für Łódź 100%.pdf')
    await upload({ source: small, mimeType: 'text/x-special' })
    expect(service.emulator.table('fileattachments').rows()).toMatchObject([{ mimetype: 'text/x-special' }])
    await expect(upload({ source: small, name: undefined })).rejects.toThrow(/name is required/)
  })

  it('is put into the row that a key names', async () => {
    await upload({ source: small, id: undefined, key: { new_code: 'D-1' } })
    expect(digest(await service.stored('new_file'))).toBe(digest(small))
    await expect(upload({ source: small, id: undefined, key: { new_code: 'D-2' } })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(upload({ source: small, key: { new_code: 'D-1' } })).rejects.toThrow(/the id or the key/)
  })

  it('that is larger than the column takes is refused before anything is sent, a stream before it is complete', async () => {
    for (const source of [bytesOf(2049), await pathOf(bytesOf(2049))]) {
      await expect(upload({ source, column: 'new_small' })).rejects.toThrow(/takes 2048 .*MaxSizeInKB/)
    }
    await expect(upload({ source: inPieces(bytesOf(2049)), column: 'new_small' })).rejects.toMatchObject({
      code: 'bad-input',
    })
    const endless = inPieces(bytesOf(41 * MiB), MiB)
    await expect(upload({ source: endless })).rejects.toThrow(/takes 41943040/)
    expect(service.writes.every(({ path }) => !path.includes('Commit'))).toBe(true)
    expect(nameOf('new_file') ?? null).toBe(null)
    await upload({ source: bytesOf(2048), column: 'new_small' })
    expect(await service.stored('new_small')).toHaveLength(2048)
  })

  it.each([
    ['fewer', -1],
    ['more', 1],
  ])('that brings %s bytes than was said is not stored', async (_, more) => {
    for (const bytes of [small, large]) {
      const source = inPieces(bytes)
      await expect(upload({ source, size: bytes.length - more })).rejects.toMatchObject({ code: 'bad-input' })
    }
    expect(nameOf('new_file') ?? null).toBe(null)
  })

  it('in a column that holds none, or from no source, is refused by name', async () => {
    await expect(upload({ source: small, column: 'name' })).rejects.toThrow(/new_file, new_small/)
    await expect(upload({ source: join(folder, 'none') })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(upload({ source: 5 as never })).rejects.toThrow(TypeError)
    await expect(upload({ source: ['text'] as never })).rejects.toMatchObject({ code: 'bad-input' })
    const missing = '00000000-0000-4000-8000-000000000009'
    await expect(upload({ source: small, id: missing })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('goes as a whole where the service takes no pieces', async () => {
    await start({ files: { chunking: false } })
    await upload({ source: large })
    expect(digest(await service.stored('new_file'))).toBe(digest(large))
    await upload({ source: inPieces(large), size: large.length })
    expect(digest(await service.stored('new_file'))).toBe(digest(large))
  })

  it('is an image as well, with its own limit', async () => {
    for (const length of [2000, 5 * MiB]) {
      const image = imageOf(length)
      await upload({ source: image, column: 'new_scan', name: 'a.png' })
      expect(digest(await service.stored('new_scan'))).toBe(digest(image))
    }
    await expect(upload({ source: imageOf(31 * MiB), column: 'new_scan' })).rejects.toThrow(/takes 31457280/)
  }, 30_000)

  it('is given up with the reason of the signal', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const onProgress = () => stop.abort(reason)
    await expect(upload({ source: large, signal: stop.signal, onProgress })).rejects.toBe(reason)
    expect(nameOf('new_file') ?? null).toBe(null)
  })
})

const faults: [string, FaultRule][] = [
  ['a lost request', { drop: 'before-effect' }],
  ['a lost answer', { drop: 'after-effect' }],
  ['a throttle', { status: 429, code: '0x80072322', retryAfterSeconds: 3 }],
  ['a busy server', { status: 503, body: 'html' }],
]
const resent = ['taken', 'refused'] as const
const troubles = faults.flatMap(([name, rule]) =>
  resent.flatMap((again) => [1, 2, 3, 4].map((nth) => [name, nth, again, rule] as const)),
)

describe('an upload that meets', () => {
  it.each(troubles)(
    '%s in its request %d goes on where it was, resent pieces being %s',
    async (_, nth, again, rule) => {
      await start({ files: { chunkBytes: 4 * MiB, resentChunk: again } })
      service.emulator.faults.add({ method: 'PATCH', nth, times: 1, ...rule })
      await upload({ source: large })
      expect(digest(await service.stored('new_file'))).toBe(digest(large))
      if (again === 'taken') expect(service.writes).toHaveLength(4)
    },
  )

  it.each(faults)(
    '%s in any block goes on where it was',
    async (_, rule) => {
      for (const nth of [1, 2, 3, 4, 5]) {
        await start()
        service.emulator.faults.add({ url: /Blocks?Upload|UploadBlock/, nth, times: 1, ...rule })
        await upload({ source: inPieces(large) }).catch((error) => {
          // Of a stream nothing can be sent again from the start; of all others everything is.
          if (nth !== 5 || !('drop' in rule)) throw error
        })
        await upload({ source: await pathOf(large), mimeType: 'application/pdf' })
        expect(digest(await service.stored('new_file'))).toBe(digest(large))
      }
    },
    60_000,
  )

  it.each([
    ['chunks', {}],
    ['blocks', { mimeType: 'application/pdf' }],
  ] as const)('a crash is gone on with from what was told last, by %s', async (way, options) => {
    for (const source of [large, await pathOf(large), inPieces(large)]) {
      let session: UploadSession | undefined
      const stop = new AbortController()
      const first = upload({
        source: large,
        ...options,
        signal: stop.signal,
        onProgress(progress) {
          session = JSON.parse(JSON.stringify(progress.session))
          stop.abort()
        },
      })
      await expect(first).rejects.toThrow()
      expect(session).toMatchObject({ way })
      service.writes.length = 0
      await upload({ source, size: large.length, ...options, resume: session })
      expect(service.writes.length).toBeLessThan(4)
      expect(digest(await service.stored('new_file'))).toBe(digest(large))
    }
  })

  it('a session that is no longer there begins anew', async () => {
    const session = { way: 'blocks', token: 'gone', sentBytes: MiB, chunkBytes: MiB } as const
    await upload({ source: large, resume: session })
    expect(digest(await service.stored('new_file'))).toBe(digest(large))
    await expect(upload({ source: inPieces(large), resume: session })).rejects.toThrow()
    await expect(upload({ source: large, resume: {} as never })).rejects.toThrow(/session/)
  })
})
