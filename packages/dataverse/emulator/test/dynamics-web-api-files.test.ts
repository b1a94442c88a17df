import { DynamicsWebApi } from 'dynamics-web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { guid } from './support/api.js'
import { bytesOf, documents, imageOf } from './support/documents.js'

// A client that knows nothing of this emulator, unmodified, as a referee.

let emulator: Emulator
let api: DynamicsWebApi
const collection = 'new_documents'
const key = guid(1)

beforeEach(async () => {
  emulator = await startEmulator({
    tables: [
      { ...documents, columns: documents.columns.map((column) => ({ ...column, maxSizeInKB: 10_000 })) },
    ],
    rows: { [collection]: [{ new_documentid: key, name: 'D' }] },
    files: { chunkBytes: 1000 },
  })
  api = new DynamicsWebApi({ serverUrl: emulator.url, dataApi: { version: '9.2' } })
})
afterEach(() => emulator.close())

const text = (data: unknown) => Buffer.from(data as Buffer)

describe('DynamicsWebApi', () => {
  it.each([1, 999, 2500])('uploads a file of %d bytes in chunks and downloads it', async (length) => {
    const file = bytesOf(length)
    await api.uploadFile({ collection, key, property: 'new_file', fileName: 'a.bin', data: file })
    const read = await api.downloadFile({ collection, key, property: 'new_file' })
    expect(read).toMatchObject({ fileName: 'a.bin', fileSize: length })
    expect(text(read.data).equals(file)).toBe(true)
    await api.deleteRecord({ collection, key, property: 'new_file' })
    expect(emulator.table(collection).get(key)?.new_file).toBeNull()
  })

  it('downloads a file of several parts', async () => {
    const file = bytesOf(4_194_304 + 10)
    await emulator.close()
    emulator = await startEmulator({
      tables: [{ ...documents, columns: [{ logicalName: 'new_file', type: 'file', maxSizeInKB: 10_000 }] }],
      rows: { [collection]: [{ new_documentid: key }] },
    })
    api = new DynamicsWebApi({ serverUrl: emulator.url, dataApi: { version: '9.2' } })
    await api.uploadFile({ collection, key, property: 'new_file', fileName: 'a.bin', data: file })
    const read = await api.downloadFile({ collection, key, property: 'new_file' })
    expect(text(read.data).equals(file)).toBe(true)
    expect(emulator.requests.filter(({ method }) => method === 'GET').map(({ status }) => status)).toEqual([
      206, 206,
    ])
  })

  it('uploads an image and downloads it in full size', async () => {
    const image = imageOf('png', 300, 300, 2500)
    await api.uploadFile({ collection, key, property: 'new_scan', fileName: 'a.png', data: image })
    const read = await api.downloadFile({ collection, key, property: 'new_scan' })
    expect(text(read.data).equals(image)).toBe(true)
  })

  it('creates an email with its parties and reads them', async () => {
    const contact = emulator.table('contacts').create({ lastname: 'C' })
    const id = await api.create<Record<string, unknown>, string>({
      collection: 'emails',
      data: {
        subject: 'S',
        email_activity_parties: [
          { 'partyid_contact@odata.bind': `/contacts(${contact})`, participationtypemask: 2 },
        ],
      },
    })
    const row = await api.retrieve({
      collection: 'emails',
      key: id,
      select: ['subject'],
      expand: [{ property: 'email_activity_parties', filter: 'participationtypemask eq 2' }],
    })
    expect(row.email_activity_parties).toMatchObject([{ _partyid_value: contact }])
  })
})
