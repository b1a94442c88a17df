import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { createUpsertWriter, type UpsertWriterOptions } from '@deltaverse/upsert-writer'
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

  it.each([{ status: 501 }, { status: 400, code: '0x80044824' }, { status: 404, code: '0x8006088a' }])(
    'whose messages turn out not to work is written by batch (%j)',
    async (refusal) => {
      emulator.faults.next({ method: 'POST', url: /UpsertMultiple/, ...refusal })
      expect(await write('new_quicks')).toMatchObject({ upserted: 3, failed: 0 })
      expect(paths()).toEqual(['Microsoft.Dynamics.CRM.UpsertMultiple', '$batch'])
      expect(emulator.table('new_quicks').count()).toBe(3)
    },
  )
})
