import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, type EmulatorOptions, startEmulator } from '../src/index.js'
import { type Answer, errorOf, guid, rowsOf, send } from './support/api.js'
import { sendBytes } from './support/binary.js'
import { bytesOf, documents, imageOf } from './support/documents.js'
import { temporaryFolder } from './support/temporary-folder.js'

let emulator: Emulator
const path = `new_documents(${guid(1)})`

async function restart(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.close()
  emulator = await startEmulator({
    tables: [documents],
    rows: { new_documents: [{ new_documentid: guid(1), name: 'D' }] },
    ...options,
  })
}

beforeEach(() => restart())
afterEach(() => emulator.close())

const outcome = (answer: Answer) => [answer.status, errorOf(answer).code]
const base64 = (bytes: Buffer) => bytes.toString('base64')

/** The sides of a PNG. */
const sides = (png: Buffer) => [png.readUInt32BE(16), png.readUInt32BE(20)]
const thumbnail = async (column: string): Promise<Buffer> => {
  const { json } = await send(emulator, 'GET', `${path}?$select=${column}`)
  return Buffer.from(String(json[column]), 'base64')
}

describe('an image column', () => {
  it.each(['png', 'gif', 'bmp', 'jpeg', 'tiff'] as const)(
    'takes %s with an update, and shows a thumbnail',
    async (kind) => {
      const image = imageOf(kind)
      const body = { name: 'E', new_icon: base64(image) }
      expect((await send(emulator, 'PATCH', path, { body })).status).toBe(204)
      const small = await thumbnail('new_icon')
      expect(sides(small)).toEqual([144, 144])
      expect(small.equals(image)).toBe(false)
      const { json } = await send(emulator, 'GET', path)
      expect(json).toMatchObject({
        new_iconid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        new_icon_timestamp: expect.any(Number),
        new_icon_url: `/Image/download.aspx?Entity=new_document&Attribute=new_icon&Id=${json.new_iconid}&Timestamp=${
          emulator.table('new_documents').get(guid(1))?.new_icon_timestamp
        }`,
      })
    },
  )

  it('makes thumbnails no larger than the image', async () => {
    await send(emulator, 'PATCH', path, { body: { new_icon: base64(imageOf('png', 91, 130)) } })
    expect(sides(await thumbnail('new_icon'))).toEqual([91, 91])
  })

  it('is sent only when asked for by name', async () => {
    await send(emulator, 'PATCH', path, { body: { new_icon: base64(imageOf('png')) } })
    const { json } = await send(emulator, 'GET', path)
    expect(
      Object.keys(json)
        .filter((name) => name.startsWith('new_icon'))
        .sort(),
    ).toEqual(['new_icon_timestamp', 'new_icon_url', 'new_iconid'])
  })

  it('comes with a new row only when it is the primary one', async () => {
    const image = base64(imageOf('png'))
    const created = await send(emulator, 'POST', 'new_documents', {
      body: { new_documentid: guid(2), new_cover: image },
    })
    expect(created.status).toBe(204)
    expect(emulator.table('new_documents').get(guid(2))?.new_coverid).toEqual(expect.any(String))
    for (const body of [{ new_icon: image }, { new_scan: image }]) {
      expect(outcome(await send(emulator, 'POST', 'new_documents', { body }))).toEqual([400, '0x80090487'])
    }
    expect(emulator.table('new_documents').count()).toBe(2)
  })

  it('refuses what is no image, too large, or not base64', async () => {
    const update = (new_scan: unknown) => send(emulator, 'PATCH', path, { body: { new_scan } })
    expect(outcome(await update(base64(bytesOf(50))))).toEqual([400, '0x80072553'])
    expect(outcome(await update(base64(imageOf('png', 1, 1, 4097))))).toEqual([400, '0x80072553'])
    expect(outcome(await update('not base64'))).toEqual([400, '0x80048d19'])
    expect(outcome(await update(5))).toEqual([400, '0x80048d19'])
    const headers = { 'x-ms-file-name': 'a.png' }
    const upload = await sendBytes(emulator, 'PATCH', `${path}/new_scan`, { body: bytesOf(50), headers })
    expect([upload.status, upload.code]).toEqual([400, '0x80072553'])
    expect(emulator.table('new_documents').get(guid(1))?.new_scanid).toBeNull()
  })

  it('is emptied by null in an update, by PUT and by DELETE', async () => {
    for (const [method, to, body] of [
      ['PATCH', path, { new_icon: null }],
      ['PUT', `${path}/new_icon`, { value: null }],
      ['DELETE', `${path}/new_icon`, undefined],
    ] as const) {
      await send(emulator, 'PATCH', path, { body: { new_icon: base64(imageOf('gif')) } })
      expect((await send(emulator, method, to, body === undefined ? {} : { body })).status).toBe(204)
      expect((await send(emulator, 'GET', `${path}?$select=new_icon`)).json.new_icon).toBeNull()
      expect(emulator.table('new_documents').get(guid(1))).toMatchObject({
        new_iconid: null,
        new_icon_timestamp: null,
        new_icon_url: null,
      })
    }
  })

  it('stays as it is when other columns change', async () => {
    await send(emulator, 'PATCH', path, { body: { new_icon: base64(imageOf('png')) } })
    const before = emulator.table('new_documents').get(guid(1))
    await send(emulator, 'PATCH', path, { body: { name: 'Other' } })
    const after = emulator.table('new_documents').get(guid(1))
    expect(after?.new_iconid).toEqual(before?.new_iconid)
    expect(sides(await thumbnail('new_icon'))).toEqual([144, 144])
  })

  it('is filled and read like a file: the thumbnail, or all of it where that is kept', async () => {
    const image = imageOf('jpeg', 0, 0, 3000)
    for (const column of ['new_scan', 'new_icon']) {
      const headers = { 'x-ms-file-name': 'a.jpg' }
      const put = await sendBytes(emulator, 'PATCH', `${path}/${column}`, { body: image, headers })
      expect(put.status).toBe(204)
      const small = await sendBytes(emulator, 'GET', `${path}/${column}/$value`)
      expect(small.bytes.equals(await thumbnail(column))).toBe(true)
      expect(small.headers.get('x-ms-file-size')).toBeNull()
    }
    const full = await sendBytes(emulator, 'GET', `${path}/new_scan/$value?size=full`)
    expect(full.bytes.equals(image)).toBe(true)
    expect(full.headers.get('x-ms-file-size')).toBe('3000')
    const part = await sendBytes(emulator, 'GET', `${path}/new_scan/$value?size=full`, {
      headers: { Range: 'bytes=10-19' },
    })
    expect([part.status, part.bytes.equals(image.subarray(10, 20))]).toEqual([206, true])
    expect((await sendBytes(emulator, 'GET', `${path}/new_icon/$value?size=full`)).status).toBe(204)
    expect((await sendBytes(emulator, 'GET', `${path}/new_cover/$value`)).status).toBe(204)
  })

  it('is filled in chunks, and read by messages in full size', async () => {
    await restart({ files: { chunkBytes: 100 } })
    const image = imageOf('png', 300, 300, 150)
    const start = await sendBytes(emulator, 'PATCH', `${path}/new_scan?x-ms-file-name=a.png`, {
      headers: { 'x-ms-transfer-mode': 'chunked' },
    })
    for (const [first, last] of [
      [0, 99],
      [100, 149],
    ] as const) {
      await sendBytes(emulator, 'PATCH', String(start.headers.get('location')), {
        body: image.subarray(first, last + 1),
        headers: { 'Content-Range': `bytes ${first}-${last}/150` },
      })
    }
    const target = { new_documentid: guid(1), '@odata.type': 'Microsoft.Dynamics.CRM.new_document' }
    const initialize = (FileAttributeName: string) =>
      send(emulator, 'POST', 'InitializeFileBlocksDownload', { body: { Target: target, FileAttributeName } })
    const begun = await initialize('new_scan')
    expect(begun.json.FileSizeInBytes).toBe(150)
    await send(emulator, 'PATCH', path, { body: { new_icon: base64(image) } })
    expect(outcome(await initialize('new_icon'))).toEqual([404, '0x80040217'])
  })

  it('is kept in the state directory and goes with its row', async () => {
    const stateDirectory = temporaryFolder()
    await restart({ stateDirectory })
    const image = imageOf('png', 20, 30, 500)
    await send(emulator, 'PATCH', path, { body: { new_scan: base64(image) } })
    await restart({ stateDirectory })
    const full = await sendBytes(emulator, 'GET', `${path}/new_scan/$value?size=full`)
    expect(full.bytes.equals(image)).toBe(true)
    await send(emulator, 'DELETE', path)
    expect(emulator.table('new_documents').count()).toBe(0)
  })

  it('stands in the definitions, with the columns beside it', async () => {
    const definition = `EntityDefinitions(LogicalName='new_document')`
    expect((await send(emulator, 'GET', `${definition}?$select=PrimaryImageAttribute`)).json).toMatchObject({
      PrimaryImageAttribute: 'new_cover',
    })
    const cast = `${definition}/Attributes/Microsoft.Dynamics.CRM.ImageAttributeMetadata`
    const query = '$select=LogicalName,IsPrimaryImage,CanStoreFullImage,MaxSizeInKB'
    expect(rowsOf(await send(emulator, 'GET', `${cast}?${query}`))).toMatchObject([
      { LogicalName: 'new_cover', IsPrimaryImage: true, CanStoreFullImage: false, MaxSizeInKB: 10_240 },
      { LogicalName: 'new_scan', IsPrimaryImage: false, CanStoreFullImage: true, MaxSizeInKB: 4 },
      { LogicalName: 'new_icon', IsPrimaryImage: false, CanStoreFullImage: false, MaxSizeInKB: 10_240 },
    ])
    const attributes = rowsOf(
      await send(emulator, 'GET', `${definition}/Attributes?$select=LogicalName,AttributeOf,AttributeType`),
    )
    expect(attributes.filter(({ LogicalName: name }) => String(name).startsWith('new_icon'))).toEqual([
      expect.objectContaining({ LogicalName: 'new_icon', AttributeType: 'Virtual' }),
      expect.objectContaining({
        LogicalName: 'new_iconid',
        AttributeType: 'Uniqueidentifier',
        AttributeOf: null,
      }),
      expect.objectContaining({
        LogicalName: 'new_icon_timestamp',
        AttributeType: 'BigInt',
        AttributeOf: 'new_iconid',
      }),
      expect.objectContaining({
        LogicalName: 'new_icon_url',
        AttributeType: 'String',
        AttributeOf: 'new_iconid',
      }),
    ])
  })

  it.each(['accounts', 'contacts', 'leads', 'products'])('is the entityimage of %s', async (set) => {
    const id = emulator
      .table(set)
      .create({ [set === 'contacts' || set === 'leads' ? 'lastname' : 'name']: 'A' })
    const body = { entityimage: base64(imageOf('png')) }
    expect((await send(emulator, 'PATCH', `${set}(${id})`, { body })).status).toBe(204)
    const { json } = await send(
      emulator,
      'GET',
      `${set}(${id})?$select=entityimage,entityimage_url,entityimage_timestamp,entityimageid`,
    )
    expect(json).toMatchObject({ entityimage: expect.any(String), entityimageid: expect.any(String) })
    expect(json.entityimage_url).toMatch(/^\/Image\/download.aspx\?Entity=/)
  })
})
