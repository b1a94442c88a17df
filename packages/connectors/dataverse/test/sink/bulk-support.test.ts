import { createUpsertWriter, type UpsertWriterOptions } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

let emulator: Emulator
let recording: RecordingClient

const table = (logicalName: string, supportsBulk: boolean) => ({
  logicalName,
  columns: [{ logicalName: 'new_code', type: 'string' as const }],
  keys: [{ logicalName: `${logicalName}_key`, columns: ['new_code'] }],
  supportsBulk,
})

beforeEach(async () => {
  emulator = await startEmulator({ tables: [table('new_plain', false), table('new_quick', true)] })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

const rows = [{ new_code: 'a' }, { new_code: 'b' }, { new_code: 'c' }]
const paths = () => recording.writes.map(({ path }) => path.split('/').at(-1))

function write(entitySet: string, options: Partial<UpsertWriterOptions> = {}) {
  const { client, clock } = recording
  return createUpsertWriter(client, { entitySet, key: ['new_code'], clock, ...options }).write(rows)
}

describe('a table', () => {
  it('that has bulk messages is written by them', async () => {
    expect(await write('new_quicks')).toMatchObject({ upserted: 3, requests: 1 })
    expect(paths()).toEqual(['Microsoft.Dynamics.CRM.UpsertMultiple'])
  })

  it('that has none is written by batch, and refused where bulk is demanded', async () => {
    expect(await write('new_plains')).toMatchObject({ upserted: 3, requests: 1 })
    expect(paths()).toEqual(['$batch'])
    await expect(write('new_plains', { strategy: 'bulk' })).rejects.toThrow('has no bulk message')
  })

  it.each([
    { status: 501 },
    { status: 400, code: '0x80044824' },
    { status: 404, code: '0x8006088a' },
    { status: 400, code: '0x80040216', message: 'UpsertMultiple has not yet been implemented.' },
  ])('whose messages turn out not to work is written by batch, from then on (%j)', async (refusal) => {
    const { client, clock } = recording
    const quick = { entitySet: 'new_quicks', key: ['new_code'], batchSize: 2, concurrency: 1, clock }
    const writer = createUpsertWriter(client, quick)
    emulator.faults.add({ method: 'POST', url: /UpsertMultiple/, ...refusal })
    const many = Array.from({ length: 6 }, (_, at) => ({ new_code: `c${at}` }))
    expect(await writer.write(many)).toMatchObject({ upserted: 6, failed: 0, requests: 4 })
    expect(await writer.write(many)).toMatchObject({ upserted: 6, failed: 0, requests: 3 })
    expect(paths()).toEqual(['Microsoft.Dynamics.CRM.UpsertMultiple', ...Array(6).fill('$batch')])
    expect(emulator.table('new_quicks').count()).toBe(6)
  })

  it.each([400, 403, 404, 501])(
    'is asked about once, and has none where the answer is %i',
    async (status) => {
      const asked = () => emulator.requests.filter(({ url }) => url.includes('sdkmessagefilters')).length
      const { client, clock } = recording
      const writer = createUpsertWriter(client, { entitySet: 'new_quicks', key: ['new_code'], clock })
      emulator.faults.add({ url: /sdkmessagefilters/, status, code: '0x80060888', times: 2 })
      await writer.write(rows)
      await writer.write(rows)
      expect(asked()).toBe(2)
      expect(paths()).toEqual(['$batch', '$batch'])
    },
  )

  it('of which nobody can say whether it has them is not written blindly', async () => {
    emulator.faults.add({ url: /sdkmessagefilters/, status: 500, code: '0x80040224' })
    await expect(write('new_quicks')).rejects.toMatchObject({ status: 500 })
    expect(paths()).toEqual([])
  })
})

describe('a bulk message', () => {
  const id = () => crypto.randomUUID()

  it.each([
    ['create', 'CreateMultiple', undefined],
    ['update', 'UpdateMultiple', undefined],
    ['upsert', 'UpsertMultiple', undefined],
    ['deactivate', 'UpdateMultiple', undefined],
  ] as const)('is the one of the operation: %s goes by %s', async (operation, message, key) => {
    const known = Array.from({ length: 3 }, () => id())
    if (operation !== 'create') {
      for (const each of known) emulator.table('new_quicks').create({ new_quickid: each })
    }
    const { client, clock } = recording
    const writer = createUpsertWriter(client, { entitySet: 'new_quicks', operation, key, clock })
    const result = await writer.write(known.map((new_quickid) => ({ new_quickid, new_code: new_quickid })))
    expect(result).toMatchObject({ rows: 3, failed: 0, requests: 1 })
    expect(paths()).toEqual([`Microsoft.Dynamics.CRM.${message}`])
    const stored = emulator.table('new_quicks').rows()
    expect(stored.map(({ new_quickid }) => new_quickid).sort()).toEqual([...known].sort())
    for (const row of stored) expect(row.statecode).toBe(operation === 'deactivate' ? 1 : 0)
  })

  it('is none for what it cannot say: updates by alternate key, deletions, versions, ids', async () => {
    await write('new_quicks')
    recording.writes.length = 0
    await write('new_quicks', { operation: 'update' })
    await write('new_quicks', { returnIds: true })
    await write('new_quicks', { operation: 'delete' })
    expect(paths()).toEqual(['$batch', '$batch', '$batch'])
    recording.writes.length = 0
    const { client, clock } = recording
    for (const { new_code } of rows) emulator.table('new_quicks').create({ new_code })
    const read = emulator.table('new_quicks').rows()
    const writer = createUpsertWriter(client, { entitySet: 'new_quicks', matchVersion: true, clock })
    const same = read.map((row) => ({
      new_quickid: row.new_quickid,
      new_code: row.new_code,
      '@odata.etag': row['@odata.etag'],
    }))
    expect(await writer.write(same)).toMatchObject({ updated: 3, failed: 0 })
    expect(paths()).toEqual(['$batch'])
  })

  it('carries states that follow, where rows are named by GUID', async () => {
    const { client, clock } = recording
    const writer = createUpsertWriter(client, { entitySet: 'new_quicks', clock })
    const inactive = rows.map((row) => ({ ...row, new_quickid: id(), statecode: 1, statuscode: 2 }))
    expect(await writer.write(inactive)).toMatchObject({ upserted: 3, failed: 0, requests: 2 })
    expect(paths()).toEqual([
      'Microsoft.Dynamics.CRM.UpsertMultiple',
      'Microsoft.Dynamics.CRM.UpdateMultiple',
    ])
    for (const row of emulator.table('new_quicks').rows())
      expect(row).toMatchObject({ statecode: 1, statuscode: 2 })
  })
})
