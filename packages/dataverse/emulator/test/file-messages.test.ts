import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { type Answer, errorOf, guid, send } from './support/api.js'
import { sendBytes } from './support/binary.js'
import { bytesOf, documents } from './support/documents.js'

let emulator: Emulator

async function restart(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.close()
  emulator = await startEmulator({
    tables: [documents],
    rows: { new_documents: [{ new_documentid: guid(1), name: 'D' }] },
    files: { chunkBytes: 100 },
    ...options,
  })
}

beforeEach(() => restart())
afterEach(() => emulator.close())

const post = (message: string, body: object) => send(emulator, 'POST', message, { body })
const outcome = (answer: Answer) => [answer.status, errorOf(answer).code]
const target = {
  Target: { new_documentid: guid(1), '@odata.type': 'Microsoft.Dynamics.CRM.new_document' },
  FileAttributeName: 'new_file',
}
const blockId = (number: number) => Buffer.from(`block-${number}`).toString('base64')
const file = bytesOf(250)

async function begin(): Promise<string> {
  const answer = await post('InitializeFileBlocksUpload', { ...target, FileName: 'a.pdf' })
  expect(answer.json['@odata.context']).toMatch(/#Microsoft.Dynamics.CRM.InitializeFileBlocksUploadResponse$/)
  return String(answer.json.FileContinuationToken)
}

const block = (token: string, number: number, bytes: Buffer, id = blockId(number)) =>
  post('UploadBlock', { BlockId: id, BlockData: bytes.toString('base64'), FileContinuationToken: token })
const commit = (token: string, list: readonly string[]) =>
  post('CommitFileBlocksUpload', {
    FileName: 'b.pdf',
    MimeType: 'application/x-own',
    BlockList: list,
    FileContinuationToken: token,
  })

describe('uploading by messages', () => {
  it('joins the blocks in the order of the list', async () => {
    const token = await begin()
    for (const [number, first] of [
      [3, 200],
      [1, 0],
      [2, 100],
    ] as const) {
      expect((await block(token, number, file.subarray(first, first + 100))).status).toBe(204)
    }
    const done = await commit(token, [1, 2, 3].map(blockId))
    const row = emulator.table('new_documents').get(guid(1))
    expect(done.json).toMatchObject({ FileId: row?.new_file, FileSizeInBytes: 250 })
    const read = await sendBytes(emulator, 'GET', `new_documents(${guid(1)})/new_file/$value`)
    expect(read.bytes.equals(file)).toBe(true)
    expect([read.headers.get('x-ms-file-name'), read.headers.get('mimetype')]).toEqual([
      'b.pdf',
      'application/x-own',
    ])
    expect(outcome(await commit(token, [blockId(1)]))).toEqual([400, '0x80040203'])
  })

  it('takes a block again under its name', async () => {
    const token = await begin()
    await block(token, 1, bytesOf(50))
    await block(token, 1, file.subarray(0, 100))
    await commit(token, [blockId(1)])
    const read = await sendBytes(emulator, 'GET', `new_documents(${guid(1)})/new_file/$value`)
    expect(read.bytes.equals(file.subarray(0, 100))).toBe(true)
  })

  it('refuses blocks and lists that do not fit', async () => {
    const token = await begin()
    await block(token, 1, bytesOf(100))
    expect(outcome(await block(token, 2, bytesOf(101)))).toEqual([400, '0x80090008'])
    for (const id of [
      'not base64!',
      '',
      Buffer.alloc(65).toString('base64'),
      Buffer.from('longer-name-1').toString('base64'),
    ]) {
      expect(outcome(await block(token, 2, bytesOf(1), id))).toEqual([400, '0x80040203'])
    }
    expect(outcome(await block(guid(3), 1, bytesOf(1)))).toEqual([400, '0x80040203'])
    expect(outcome(await commit(token, [blockId(9)]))).toEqual([400, '0x80040203'])
    const large = await begin()
    await block(large, 1, bytesOf(100))
    expect(
      outcome(
        await commit(
          large,
          Array.from({ length: 21 }, () => blockId(1)),
        ),
      ),
    ).toEqual([400, '0x80044a02'])
    expect(emulator.table('new_documents').get(guid(1))?.new_file).toBeNull()
  })

  it('refuses targets that are none', async () => {
    const wrong = [
      [{ ...target, FileAttributeName: 'name' }, 400, '0x80040203'],
      [{ ...target, FileAttributeName: undefined }, 400, '0x80040203'],
      [{ ...target, Target: { new_documentid: guid(1) } }, 400, '0x80040203'],
      [{ ...target, Target: { ...target.Target, new_documentid: guid(9) } }, 404, '0x80040217'],
      [{}, 400, '0x80040203'],
    ] as const
    for (const [body, status, code] of wrong) {
      const answer = await post('InitializeFileBlocksUpload', { FileName: 'a', ...body })
      expect(outcome(answer)).toEqual([status, code])
    }
    expect((await send(emulator, 'GET', 'InitializeFileBlocksUpload')).status).toBe(405)
  })
})

describe('downloading by messages', () => {
  beforeEach(async () => {
    const headers = { 'x-ms-file-name': 'a.bin' }
    await sendBytes(emulator, 'PATCH', `new_documents(${guid(1)})/new_file`, { body: file, headers })
  })

  it('gives a file block by block', async () => {
    const { json } = await post('InitializeFileBlocksDownload', target)
    expect(json).toMatchObject({ FileSizeInBytes: 250, FileName: 'a.bin', IsChunkingSupported: true })
    const blocks: Buffer[] = []
    for (const offset of [0, 100, 200]) {
      const part = await post('DownloadBlock', {
        Offset: offset,
        BlockLength: 100,
        FileContinuationToken: json.FileContinuationToken,
      })
      blocks.push(Buffer.from(String(part.json.Data), 'base64'))
    }
    expect(Buffer.concat(blocks).equals(file)).toBe(true)
  })

  it('says where files can only be had whole', async () => {
    await restart({ files: { chunking: false } })
    const headers = { 'x-ms-file-name': 'a.bin' }
    await sendBytes(emulator, 'PATCH', `new_documents(${guid(1)})/new_file`, { body: file, headers })
    const { json } = await post('InitializeFileBlocksDownload', target)
    expect(json.IsChunkingSupported).toBe(false)
    const part = { Offset: 0, FileContinuationToken: json.FileContinuationToken }
    expect(outcome(await post('DownloadBlock', { ...part, BlockLength: 100 }))).toEqual([400, '0x80090017'])
    const whole = await post('DownloadBlock', { ...part, BlockLength: 250 })
    expect(Buffer.from(String(whole.json.Data), 'base64').equals(file)).toBe(true)
  })

  it('says that there is no file', async () => {
    await sendBytes(emulator, 'DELETE', `new_documents(${guid(1)})/new_file`)
    expect(outcome(await post('InitializeFileBlocksDownload', target))).toEqual([404, '0x80040217'])
  })
})
