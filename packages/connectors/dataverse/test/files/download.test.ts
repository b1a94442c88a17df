import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@deltaverse/client'
import {
  type DownloadFileOptions,
  type DownloadProgress,
  downloadFile,
  uploadFile,
} from '@deltaverse/dataverse'
import type { EmulatorOptions } from '@deltaverse/emulator'
import type { MetadataReader } from '@deltaverse/metadata'
import { createVirtualClock } from '@deltaverse/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  bytesOf,
  digest,
  documentId,
  documents,
  type FileService,
  imageOf,
  MiB,
  startFileService,
} from './file-fixture.js'

let service: FileService
const file = bytesOf(3 * MiB + 7)

async function start(options: EmulatorOptions = {}): Promise<void> {
  await service?.close()
  service = await startFileService(options)
}

beforeEach(() => start())
afterEach(() => service.close())

const put = (source: Buffer, column = 'new_file', name = 'a.pdf') =>
  uploadFile(service.client, { ...service.place, column, name, source })
const open = (options: Partial<DownloadFileOptions> = {}) =>
  downloadFile(service.client, {
    ...service.place,
    chunkBytes: MiB,
    clock: service.clock,
    ...options,
  } as DownloadFileOptions)

async function gather(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('a file', () => {
  it.each([
    ['no byte', Buffer.alloc(0)],
    ['one byte', bytesOf(1)],
    ['just one piece', bytesOf(MiB)],
    ['several pieces', file],
    ['just two pieces', bytesOf(2 * MiB)],
  ])('of %s comes as it is, with its name and size', async (_, bytes) => {
    await put(bytes)
    const told: DownloadProgress[] = []
    const read = await open({ onProgress: (progress) => told.push(progress) })
    expect(read).toMatchObject({ name: 'a.pdf', bytes: bytes.length, mimeType: 'application/pdf' })
    expect(digest(await gather(read.stream))).toBe(digest(bytes))
    if (bytes.length > 0)
      expect(told.at(-1)).toEqual({ receivedBytes: bytes.length, totalBytes: bytes.length })
  })

  it('with a name beyond ASCII keeps it', async () => {
    await put(bytesOf(5), 'new_file', 'Łódź 100%.pdf')
    expect((await open()).name).toBe('Łódź 100%.pdf')
  })

  it('is gone on with from a place in it', async () => {
    await put(file)
    for (const from of [0, 1, MiB, file.length - 1, file.length]) {
      const { stream } = await open({ from })
      expect(digest(await gather(stream))).toBe(digest(file.subarray(from)))
    }
  })

  it('comes as a whole where the service gives no parts, from any place', async () => {
    await start({ files: { chunking: false } })
    await put(file)
    for (const from of [0, 5, MiB + 3]) {
      expect(digest(await gather((await open({ from })).stream))).toBe(digest(file.subarray(from)))
    }
  })

  it('of an image comes in full size, or as a thumbnail', async () => {
    const image = imageOf(2 * MiB)
    await put(image, 'new_scan')
    expect(digest(await gather((await open({ column: 'new_scan' })).stream))).toBe(digest(image))
    const thumbnail = await gather((await open({ column: 'new_scan', imageSize: 'thumbnail' })).stream)
    expect(thumbnail.length).toBeGreaterThan(0)
    expect(thumbnail.length).toBeLessThan(image.length)
    await put(imageOf(3000), 'new_icon')
    expect((await gather((await open({ column: 'new_icon' })).stream)).length).toBeGreaterThan(0)
  })

  it('that is not there is told apart from a row that is not, and a column that holds none', async () => {
    await expect(open()).rejects.toThrow(/holds no file/)
    await expect(open()).rejects.toMatchObject({ code: 'not-found' })
    await expect(open({ id: '00000000-0000-4000-8000-000000000009' })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(open({ column: 'name' })).rejects.toMatchObject({ code: 'bad-input' })
    await expect(open({ id: undefined, key: { new_code: 'D-2' } })).rejects.toMatchObject({
      code: 'not-found',
    })
    await put(file)
    const { stream } = await open({ id: undefined, key: { new_code: 'D-1' } })
    expect(digest(await gather(stream))).toBe(digest(file))
  })

  it('that is replaced while it is read is no mixture', async () => {
    await put(file)
    const { stream } = await open()
    let pieces = 0
    const reading = (async () => {
      for await (const _ of stream) if (++pieces === 1) await put(bytesOf(2 * MiB, 9))
    })()
    await expect(reading).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each(['reset', 'close'] as const)('goes on where its answers were cut: %s', async (how) => {
    await put(file)
    for (const nth of [1, 2, 4]) {
      for (const afterBytes of [1, 300_000]) {
        service.emulator.faults.clear()
        service.emulator.faults.add({
          method: 'GET',
          url: /\$value/,
          nth,
          times: 2,
          cutBody: { afterBytes, how },
        })
        expect(digest(await gather((await open()).stream))).toBe(digest(file))
      }
    }
  })

  it('that breaks off too often fails, and does not end early', async () => {
    await put(file)
    service.emulator.faults.add({
      method: 'GET',
      url: /\$value/,
      nth: 2,
      cutBody: { afterBytes: 0, how: 'reset' },
    })
    const { stream } = await open({ maxAttempts: 3 })
    await expect(gather(stream)).rejects.toMatchObject({ code: 'no-response' })
  })

  it('is given up by the signal or by leaving the loop', async () => {
    await put(file)
    const stop = new AbortController()
    const reason = new Error('enough')
    const { stream } = await open({ signal: stop.signal })
    const reading = (async () => {
      for await (const _ of stream) stop.abort(reason)
    })()
    await expect(reading).rejects.toBe(reason)
    for await (const _ of (await open()).stream) break
    await service.client.close()
  })
})

describe('an answer to a part of a file', () => {
  let server: Server | undefined
  afterEach(
    () => new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))),
  )

  const column = (name: string) => ({ logicalName: name, kind: 'file', targets: [] })
  const metadata = {
    tableOfSet: async () => ({
      logicalName: documents.logicalName,
      entitySetName: 'new_documents',
      primaryIdColumn: 'new_documentid',
      columns: new Map([['new_file', column('new_file')]]),
    }),
    details: async () => new Map(),
  } as unknown as MetadataReader

  async function openFrom(
    respond: (request: IncomingMessage, response: ServerResponse) => void,
    options: Partial<DownloadFileOptions> = {},
  ) {
    server = createServer(respond)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const client = createClient({ url: `http://127.0.0.1:${port}`, clock: createVirtualClock() })
    const read = await downloadFile(client, {
      entitySet: 'new_documents',
      id: documentId,
      column: 'new_file',
      chunkBytes: 10,
      clock: createVirtualClock(),
      metadata,
      ...options,
    })
    return gather(read.stream).finally(() => client.close())
  }

  const bytes = bytesOf(25)
  const from = ({ headers }: IncomingMessage) => Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)

  it('that brings another part than was asked for is refused', async () => {
    const wrong = openFrom((request, response) => {
      const start = from(request) + 1
      response.writeHead(206, { 'content-range': `bytes ${start}-${start + 4}/25` })
      response.end(bytes.subarray(start, start + 5))
    })
    await expect(wrong).rejects.toMatchObject({ code: 'bad-response' })
  })

  it('may bring less than was asked for, or tell the size in either way, or not at all', async () => {
    for (const told of ['range', 'header', 'none']) {
      const read = await openFrom((request, response) => {
        const start = from(request)
        const length = told === 'none' ? 10 : 4
        const part = bytes.subarray(start, start + length)
        response.writeHead(206, {
          ...(told === 'range' ? { 'content-range': `bytes ${start}-${start + part.length - 1}/25` } : {}),
          ...(told === 'header' ? { 'x-ms-file-size': '25' } : {}),
        })
        response.end(part)
      })
      expect(read.equals(bytes)).toBe(true)
      await new Promise<void>((resolve) => server?.close(() => resolve()))
      server = undefined
    }
  })

  it('may be the whole file, though a part was asked for', async () => {
    const read = await openFrom(
      (_, response) => {
        response.writeHead(200, { 'x-ms-file-size': '25' })
        response.end(bytes)
      },
      { from: 7 },
    )
    expect(read.equals(bytes.subarray(7))).toBe(true)
  })

  it('that brings nothing again and again is a failure, not a loop', async () => {
    const nothing = openFrom((_, response) => {
      response.writeHead(206, { 'x-ms-file-size': '25' })
      response.end()
    })
    await expect(nothing).rejects.toMatchObject({ code: 'no-response' })
  })
})
