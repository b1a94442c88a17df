import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { errorOf, guid, rowsOf, send } from './support/api.js'
import { type BinaryAnswer, sendBytes } from './support/binary.js'
import { bytesOf, documents } from './support/documents.js'
import { temporaryFolder } from './support/temporary-folder.js'

let emulator: Emulator
const path = `new_documents(${guid(1)})`
const column = `${path}/new_file`

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

const upload = (bytes: Buffer, name = 'a.txt') =>
  sendBytes(emulator, 'PATCH', column, { body: bytes, headers: { 'x-ms-file-name': name } })
const download = (headers: Record<string, string> = {}) =>
  sendBytes(emulator, 'GET', `${column}/$value`, { headers })
const outcome = ({ status, code }: BinaryAnswer) => [status, code]

async function startUpload(name = 'b.pdf'): Promise<string> {
  const answer = await sendBytes(emulator, 'PATCH', `${column}?x-ms-file-name=${encodeURIComponent(name)}`, {
    headers: { 'x-ms-transfer-mode': 'chunked' },
  })
  expect([answer.status, answer.headers.get('x-ms-chunk-size'), answer.headers.get('accept-ranges')]).toEqual(
    [200, '100', 'bytes'],
  )
  return String(answer.headers.get('location'))
}

const chunk = (location: string, file: Buffer, first: number, last: number) =>
  sendBytes(emulator, 'PATCH', location, {
    body: file.subarray(first, last + 1),
    headers: { 'Content-Range': `bytes ${first}-${last}/${file.length}`, 'x-ms-file-name': 'b.pdf' },
  })

describe('a file column', () => {
  it.each(['PATCH', 'PUT'])('takes a file in one request: %s', async (method) => {
    const file = bytesOf(1500)
    const before = emulator.table('new_documents').get(guid(1))
    const put = await sendBytes(emulator, method, column, {
      body: file,
      headers: { 'x-ms-file-name': 'a.txt' },
    })
    expect([put.status, put.bytes.length]).toEqual([204, 0])
    const read = await download()
    expect(read.status).toBe(200)
    expect(read.bytes.equals(file)).toBe(true)
    expect(
      Object.fromEntries(
        ['x-ms-file-size', 'x-ms-file-name', 'mimetype'].map((name) => [name, read.headers.get(name)]),
      ),
    ).toEqual({
      'x-ms-file-size': '1500',
      'x-ms-file-name': 'a.txt',
      mimetype: 'text/plain',
    })
    const { json } = await send(emulator, 'GET', `${path}?$select=new_file,new_file_name`)
    expect(json).toMatchObject({ new_file: expect.stringMatching(/^[0-9a-f-]{36}$/), new_file_name: 'a.txt' })
    expect(json['@odata.etag']).not.toBe(before?.['@odata.etag'])
  })

  it('takes an empty file and one as large as it may be, and no larger', async () => {
    expect((await upload(bytesOf(2048))).status).toBe(204)
    expect(outcome(await upload(bytesOf(2049)))).toEqual([400, '0x80044a02'])
    expect((await download()).bytes).toHaveLength(2048)
    expect((await upload(Buffer.alloc(0), 'empty.bin')).status).toBe(204)
    const read = await download()
    expect([read.status, read.bytes.length, read.headers.get('x-ms-file-size')]).toEqual([200, 0, '0'])
  })

  it('refuses a body beyond what one request may carry', async () => {
    await restart({ files: { maxRequestBytes: 1000 } })
    expect((await upload(bytesOf(1000))).status).toBe(204)
    expect(outcome(await upload(bytesOf(1001)))).toEqual([413, '0x8004418A'])
  })

  it('refuses a file without a name, of another type, or for a row that is not there', async () => {
    expect(outcome(await sendBytes(emulator, 'PATCH', column, { body: bytesOf(5) }))).toEqual([
      400,
      '0x80040203',
    ])
    const json = await send(emulator, 'PATCH', column, {
      body: { value: 1 },
      headers: { 'x-ms-file-name': 'a' },
    })
    expect([json.status, errorOf(json).code]).toEqual([415, '0x80048d19'])
    const missing = `new_documents(${guid(9)})/new_file`
    const named = { body: bytesOf(5), headers: { 'x-ms-file-name': 'a' } }
    expect(outcome(await sendBytes(emulator, 'PATCH', missing, named))).toEqual([404, '0x80040217'])
    expect(outcome(await sendBytes(emulator, 'GET', `${missing}/$value`))).toEqual([404, '0x80040217'])
    expect(outcome(await sendBytes(emulator, 'POST', column, named))).toEqual([405, '0x8006088a'])
    expect((await download()).status).toBe(204)
  })

  it('is not set with the row', async () => {
    for (const value of [guid(7), 'AAAA', null]) {
      for (const [method, to] of [
        ['POST', 'new_documents'],
        ['PATCH', path],
      ] as const) {
        const answer = await send(emulator, method, to, { body: { name: 'X', new_file: value } })
        expect([answer.status, errorOf(answer).code]).toEqual([400, '0x80040203'])
      }
    }
    expect(emulator.table('new_documents').count()).toBe(1)
    await send(emulator, 'PATCH', path, { body: { new_file_name: 'renamed' } })
    expect(emulator.table('new_documents').get(guid(1))?.new_file_name).toBeNull()
  })

  it('is emptied by DELETE and by DeleteFile, and filled again', async () => {
    await upload(bytesOf(10))
    expect((await sendBytes(emulator, 'DELETE', column)).status).toBe(204)
    expect((await download()).status).toBe(204)
    expect(emulator.table('new_documents').get(guid(1))).toMatchObject({
      new_file: null,
      new_file_name: null,
    })
    await upload(bytesOf(20))
    const body = { FileId: emulator.table('new_documents').get(guid(1))?.new_file }
    expect((await send(emulator, 'POST', 'DeleteFile', { body })).status).toBe(204)
    expect((await send(emulator, 'POST', 'DeleteFile', { body })).status).toBe(404)
    expect((await download()).status).toBe(204)
    expect(emulator.table('fileattachments').count()).toBe(0)
  })

  it('respects conditions', async () => {
    const stale = { body: bytesOf(5), headers: { 'x-ms-file-name': 'a', 'If-Match': 'W/"1"' } }
    expect(outcome(await sendBytes(emulator, 'PATCH', column, stale))).toEqual([412, '0x80060882'])
    const any = { body: bytesOf(5), headers: { 'x-ms-file-name': 'a', 'If-Match': '*' } }
    expect((await sendBytes(emulator, 'PATCH', column, any)).status).toBe(204)
  })

  it('is filled by any address of its row', async () => {
    const named = { body: bytesOf(5), headers: { 'x-ms-file-name': 'a.bin' } }
    const address = `new_documents(new_documentid=${guid(1)})/new_file`
    expect((await sendBytes(emulator, 'PATCH', address, named)).status).toBe(204)
    expect((await download()).bytes).toHaveLength(5)
  })

  it('gives parts of its file', async () => {
    const file = bytesOf(250)
    await upload(file, 'b.pdf')
    for (const [range, from, to] of [
      ['bytes=0-99', 0, 100],
      ['bytes=100-199', 100, 200],
      ['bytes=200-299', 200, 250],
      ['bytes=249-', 249, 250],
    ] as const) {
      const part = await download({ Range: range })
      expect([part.status, part.headers.get('x-ms-file-size'), part.headers.get('x-ms-chunk-size')]).toEqual([
        206,
        '250',
        '100',
      ])
      expect(part.bytes.equals(file.subarray(from, to))).toBe(true)
    }
    expect((await download({ Range: 'bytes=250-299' })).status).toBe(416)
  })

  it('gives its file as base64 when asked for without $value', async () => {
    const file = bytesOf(250)
    await upload(file, 'b"ä.pdf')
    const whole = await send(emulator, 'GET', column)
    expect(whole.json).toMatchObject({ value: file.toString('base64') })
    expect(whole.headers.get('content-disposition')).toBe(
      `attachment; filename="b__.pdf"; filename*=UTF-8''b%22%C3%A4.pdf`,
    )
    const part = await send(emulator, 'GET', column, { headers: { Range: 'bytes=100-199' } })
    expect([part.status, part.json.value, part.headers.get('x-ms-file-size')]).toEqual([
      206,
      file.subarray(100, 200).toString('base64'),
      '250',
    ])
  })

  it('tells of its file in the file attachments of the row', async () => {
    await upload(bytesOf(250), 'b.pdf')
    const inner = '$select=createdon,mimetype,filesizeinbytes,filename,regardingfieldname'
    const query = `$filter=new_file ne null&$select=name&$expand=new_document_FileAttachments(${inner})`
    const [row] = rowsOf(await send(emulator, 'GET', `new_documents?${query}`))
    expect(row?.new_document_FileAttachments).toEqual([
      expect.objectContaining({
        mimetype: 'application/pdf',
        filesizeinbytes: 250,
        filename: 'b.pdf',
        regardingfieldname: 'new_file',
        fileattachmentid: emulator.table('new_documents').get(guid(1))?.new_file,
      }),
    ])
    const direct = await send(emulator, 'POST', 'fileattachments', { body: { filename: 'x' } })
    expect([direct.status, errorOf(direct).code]).toEqual([400, '0x80040800'])
    await send(emulator, 'DELETE', path)
    expect(emulator.table('fileattachments').count()).toBe(0)
  })

  it('is told by change tracking', async () => {
    const tracked = { headers: { Prefer: 'odata.track-changes' } }
    const first = await send(emulator, 'GET', 'new_documents?$select=new_file_name', tracked)
    await upload(bytesOf(5), 'ä b.txt')
    const delta = rowsOf(await send(emulator, 'GET', String(first.json['@odata.deltaLink'])))
    expect(delta).toMatchObject([{ new_documentid: guid(1), new_file_name: 'ä b.txt' }])
  })

  it('stands in the definitions with its size, and the column of its name', async () => {
    const attributes = `EntityDefinitions(LogicalName='new_document')/Attributes`
    const cast = `${attributes}(LogicalName='new_file')/Microsoft.Dynamics.CRM.FileAttributeMetadata`
    expect((await send(emulator, 'GET', `${cast}?$select=MaxSizeInKB`)).json).toMatchObject({
      MaxSizeInKB: 2,
    })
    const [file, name] = ['new_file', 'new_file_name'].map((each) => `${attributes}(LogicalName='${each}')`)
    expect((await send(emulator, 'GET', String(file))).json).toMatchObject({
      AttributeType: 'Virtual',
      AttributeTypeName: { Value: 'FileType' },
    })
    expect((await send(emulator, 'GET', String(name))).json).toMatchObject({
      AttributeType: 'String',
      AttributeOf: 'new_file',
      IsValidForCreate: false,
    })
    const body = {
      '@odata.type': 'Microsoft.Dynamics.CRM.FileAttributeMetadata',
      SchemaName: 'new_Second',
      MaxSizeInKB: 1,
    }
    expect((await send(emulator, 'POST', attributes, { body })).status).toBe(204)
    const second = { body: bytesOf(1025), headers: { 'x-ms-file-name': 'a' } }
    expect(outcome(await sendBytes(emulator, 'PATCH', `${path}/new_second`, second))).toEqual([
      400,
      '0x80044a02',
    ])
    const csdl = (await send(emulator, 'GET', '$metadata')).text
    expect(csdl).toContain('<Property Name="new_file" Type="Edm.Binary"/>')
    expect(csdl).toMatch(/<Property Name="new_file_name" Type="Edm.String"/)
  })

  it('is kept in the state directory, through compactions too', async () => {
    for (const compactAfterBytes of [16 * 1024 * 1024, 1]) {
      const stateDirectory = temporaryFolder()
      await restart({ stateDirectory, compactAfterBytes })
      const file = bytesOf(300, 3)
      await upload(bytesOf(900))
      await upload(file)
      await restart({ stateDirectory, compactAfterBytes })
      expect((await download()).bytes.equals(file)).toBe(true)
      await sendBytes(emulator, 'DELETE', column)
      await restart({ stateDirectory, compactAfterBytes })
      expect((await download()).status).toBe(204)
    }
  })
})

describe('an upload in chunks', () => {
  const file = bytesOf(250, 5)

  it('stores the file with its last chunk', async () => {
    const location = await startUpload('ä b.pdf')
    expect((await chunk(location, file, 0, 99)).status).toBe(206)
    expect((await chunk(location, file, 100, 199)).status).toBe(206)
    expect((await download()).status).toBe(204)
    expect((await chunk(location, file, 200, 249)).status).toBe(204)
    expect((await download()).bytes.equals(file)).toBe(true)
    expect(emulator.table('new_documents').get(guid(1))?.new_file_name).toBe('ä b.pdf')
  })

  it('takes a name from the header before one from the address', async () => {
    const answer = await sendBytes(emulator, 'PATCH', `${column}?x-ms-file-name=query.txt`, {
      headers: { 'x-ms-transfer-mode': 'chunked', 'x-ms-file-name': 'header.txt' },
    })
    await chunk(String(answer.headers.get('location')), bytesOf(5), 0, 4)
    expect(emulator.table('new_documents').get(guid(1))?.new_file_name).toBe('header.txt')
  })

  it('takes chunks in any order, side by side, and smaller ones', async () => {
    const location = await startUpload()
    const parts = [
      [200, 249],
      [0, 99],
      [150, 199],
      [100, 149],
    ] as const
    const answers = await Promise.all(parts.map(([first, last]) => chunk(location, file, first, last)))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 206, 206, 206])
    expect((await download()).bytes.equals(file)).toBe(true)
  })

  it('goes on where a lost answer left it', async () => {
    const location = await startUpload()
    await chunk(location, file, 0, 99)
    emulator.faults.next({ method: 'PATCH', url: 'sessiontoken', drop: 'after-effect' })
    await expect(chunk(location, file, 100, 199)).rejects.toThrow()
    expect((await chunk(location, file, 100, 199)).status).toBe(206)
    emulator.faults.next({ method: 'PATCH', url: 'sessiontoken', drop: 'after-effect' })
    await expect(chunk(location, file, 200, 249)).rejects.toThrow()
    const id = emulator.table('new_documents').get(guid(1))?.new_file
    expect((await chunk(location, file, 200, 249)).status).toBe(204)
    expect(emulator.table('new_documents').get(guid(1))?.new_file).toBe(id)
    expect((await download()).bytes.equals(file)).toBe(true)
  })

  it('can be one that takes no chunk twice', async () => {
    await restart({ files: { chunkBytes: 100, resentChunk: 'refused' } })
    const location = await startUpload()
    await chunk(location, file, 0, 99)
    expect(outcome(await chunk(location, file, 0, 99))).toEqual([400, '0x80060888'])
    await chunk(location, file, 100, 199)
    await chunk(location, file, 200, 249)
    expect(outcome(await chunk(location, file, 200, 249))).toEqual([400, '0x80060888'])
    expect((await download()).bytes.equals(file)).toBe(true)
  })

  it('refuses what does not fit', async () => {
    const location = await startUpload()
    const send = (headers: Record<string, string>, length: number, to = location) =>
      sendBytes(emulator, 'PATCH', to, { body: bytesOf(length), headers })
    for (const range of [
      'bytes 0-98/250',
      'bytes 99-0/250',
      'bytes 0-99/50',
      'bytes 0-99',
      'items 0-99/250',
      '',
    ]) {
      expect(outcome(await send(range === '' ? {} : { 'Content-Range': range }, 100))).toEqual([
        400,
        '0x80060888',
      ])
    }
    expect(outcome(await send({ 'Content-Range': 'bytes 0-100/250' }, 101))).toEqual([400, '0x80090008'])
    expect(outcome(await send({ 'Content-Range': 'bytes 0-99/2049' }, 100))).toEqual([400, '0x80044a02'])
    await send({ 'Content-Range': 'bytes 0-99/250' }, 100)
    expect(outcome(await send({ 'Content-Range': 'bytes 100-199/260' }, 100))).toEqual([400, '0x80060888'])
    const range = { 'Content-Range': 'bytes 0-99/250' }
    expect(outcome(await send(range, 100, `${column}?sessiontoken=${guid(5)}`))).toEqual([400, '0x80040203'])
    emulator.table('new_documents').create({ new_documentid: guid(2) })
    const other = location.replace(guid(1), guid(2))
    expect(outcome(await send(range, 100, other))).toEqual([400, '0x80040203'])
    emulator.table('new_documents').remove(guid(1))
    expect(outcome(await send({ 'Content-Range': 'bytes 100-199/250' }, 100))).toEqual([404, '0x80040217'])
  })

  it('is refused where files are in the database, as are parts of them', async () => {
    await restart({ files: { chunking: false } })
    const start = await sendBytes(emulator, 'PATCH', `${column}?x-ms-file-name=a`, {
      headers: { 'x-ms-transfer-mode': 'chunked' },
    })
    expect(outcome(start)).toEqual([400, '0x80090017'])
    await upload(file)
    expect(outcome(await download({ Range: 'bytes=0-99' }))).toEqual([400, '0x80090017'])
    expect((await download({ Range: 'bytes=0-249' })).bytes.equals(file)).toBe(true)
    expect((await download()).bytes.equals(file)).toBe(true)
  })
})

describe('faults on files', () => {
  it.each(['reset', 'close', 'complete'] as const)('cut a download: %s', async (how) => {
    const file = bytesOf(2000)
    await upload(file)
    emulator.faults.next({ method: 'GET', url: '/$value', cutBody: { afterBytes: 700, how } })
    if (how === 'complete')
      expect((await download({ 'Accept-Encoding': 'gzip' })).bytes.equals(file.subarray(0, 700))).toBe(true)
    else await expect(download({ 'Accept-Encoding': 'gzip' })).rejects.toThrow()
    emulator.faults.next({ url: '/$value', cutBody: { afterBytes: 50, how: 'complete' } })
    expect((await download({ Range: 'bytes=100-199' })).bytes.equals(file.subarray(100, 150))).toBe(true)
    emulator.faults.next({ url: '/$value', slowBody: { chunkBytes: 512, delayMs: 0 } })
    expect((await download()).bytes.equals(file)).toBe(true)
  })

  it('keep an upload from having its effect, and answer instead of it', async () => {
    emulator.faults.next({ method: 'PATCH', url: '/new_file', status: 503 })
    expect((await upload(bytesOf(5))).status).toBe(503)
    emulator.faults.next({ method: 'PATCH', url: '/new_file', drop: 'before-effect' })
    await expect(upload(bytesOf(5))).rejects.toThrow()
    expect((await download()).status).toBe(204)
  })
})
