import { createUpsertWriter, type UpsertWriterOptions, type WriteResult } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

type AnyRow = Record<string, unknown>

let emulator: Emulator
let recording: RecordingClient

beforeEach(async () => {
  emulator = await startEmulator()
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

async function statusesOf(
  rows: readonly AnyRow[],
  options: Partial<UpsertWriterOptions<AnyRow>> = {},
): Promise<string[]> {
  const { client, clock } = recording
  const writer = createUpsertWriter<AnyRow>(client, {
    entitySet: 'products',
    key: ['productnumber'],
    clock,
    ...options,
  })
  const results: WriteResult<AnyRow>[] = []
  for await (const result of writer.results(rows)) results.push(result)
  return results.sort((a, b) => a.index - b.index).map(({ status }) => status)
}

describe('versions of one row are written one after the other where one write cannot say both', () => {
  it('because a look-up points at one table first, then at another', async () => {
    const contactid = crypto.randomUUID()
    const account = emulator.table('accounts').create({ name: 'parent' })
    const contact = emulator.table('contacts').create({ lastname: 'parent' })
    const rows = [
      { contactid, lastname: 'x', 'parentcustomerid_account@odata.bind': `accounts(${account})` },
      { contactid, 'parentcustomerid_contact@odata.bind': `contacts(${contact})` },
    ]
    expect(await statusesOf(rows, { entitySet: 'contacts', key: undefined })).not.toContain('superseded')
    expect(emulator.table('contacts').get(contactid)).toMatchObject({
      lastname: 'x',
      _parentcustomerid_value: contact,
    })
  })

  it('because the later state would get the status of the earlier one', async () => {
    const rows = [
      { productnumber: 'A', statecode: 1, statuscode: 2 },
      { productnumber: 'A', statecode: 0 },
    ]
    expect(await statusesOf(rows)).not.toContain('superseded')
    expect(emulator.table('products').rows()).toMatchObject([{ statecode: 0 }])
    const both = rows.map((row) => ({ ...row, statuscode: row.statecode === 1 ? 2 : 1 }))
    expect(await statusesOf(both)).toEqual(['superseded', 'upserted'])
  })

  it('because each is meant for the version that it was read from, or its key comes from elsewhere', async () => {
    const id = emulator.table('products').create({ productnumber: 'A', name: 'a' })
    const etag = emulator.table('products').get(id)!['@odata.etag']
    const rows = [
      { productnumber: 'A', name: 'b', '@odata.etag': etag },
      { productnumber: 'A', name: 'c', '@odata.etag': etag },
    ]
    expect(await statusesOf(rows, { matchVersion: true })).toEqual(['updated', 'failed'])
    const keyOf = ({ sku }: AnyRow) => ({ productnumber: sku })
    const named = [
      { sku: 'B', name: 'b' },
      { sku: 'B', name: 'c' },
    ].map(({ sku, ...row }) => Object.defineProperty(row, 'sku', { value: sku }))
    expect(await statusesOf(named, { keyOf })).toEqual(['upserted', 'upserted'])
  })
})

describe('a row of a batch', () => {
  it('tells the GUID that it was addressed by, or that the service names', async () => {
    const { client, clock } = recording
    const writer = createUpsertWriter<AnyRow>(client, { entitySet: 'products', strategy: 'batch', clock })
    const productid = crypto.randomUUID()
    for await (const { id, status } of writer.results([{ productid: productid.toUpperCase(), name: 'a' }])) {
      expect([id, status]).toEqual([productid, 'upserted'])
    }
    const creating = createUpsertWriter<AnyRow>(client, {
      entitySet: 'products',
      operation: 'create',
      strategy: 'batch',
      clock,
    })
    for await (const { id } of creating.results([{ name: 'b' }])) {
      expect(emulator.table('products').get(id!)).toMatchObject({ name: 'b' })
    }
  })
})
