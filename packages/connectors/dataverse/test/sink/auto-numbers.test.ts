import { createUpsertWriter, type UpsertWriterOptions } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

let emulator: Emulator
let recording: RecordingClient

beforeEach(async () => {
  const tables = [
    {
      logicalName: 'new_order',
      columns: [
        { logicalName: 'new_code', type: 'string' as const },
        { logicalName: 'new_on', type: 'datetime' as const },
        { logicalName: 'new_number', type: 'string' as const, autoNumberFormat: 'N-{SEQNUM:4}' },
      ],
      keys: [
        { logicalName: 'new_order_key', columns: ['new_code'] },
        { logicalName: 'new_number_key', columns: ['new_number'] },
      ],
      supportsBulk: true,
    },
  ]
  emulator = await startEmulator({ tables })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

function write(rows: readonly object[], options: Partial<UpsertWriterOptions>) {
  const { client, clock } = recording
  const writer = createUpsertWriter(client, { entitySet: 'new_orders', key: ['new_code'], clock, ...options })
  return writer.write(rows as Record<string, unknown>[])
}

const numbers = () =>
  new Map(
    emulator
      .table('new_orders')
      .rows()
      .map((row) => [row.new_code, row.new_number]),
  )

/** Rows that need no look at their values, and such that do. */
const rest = { plain: {}, looked: { new_on: new Date('2029-06-01T12:00:00Z') } }

describe.each(['bulk', 'batch', 'single'] as const)(
  'a column that the service numbers, by %s',
  (strategy) => {
    describe.each(['plain', 'looked'] as const)('in rows that are %s', (kind) => {
      it.each([null, '', undefined])('is left to it in new rows that hold %j', async (new_number) => {
        const rows = ['A', 'B'].map((new_code) => ({ new_code, new_number, ...rest[kind] }))
        await write(rows, { strategy })
        await write([{ new_code: 'C', new_number, ...rest[kind] }], { strategy, operation: 'create' })
        await write([{ new_number, ...rest[kind] }], {
          strategy,
          operation: 'create',
          keyOf: () => ({ new_code: 'D' }),
        })
        expect([...numbers().keys()].sort()).toEqual(['A', 'B', 'C', 'D'])
        for (const number of numbers().values()) expect(number).toMatch(/^N-1\d\d\d$/)
      })

      it('stays what it is in rows that are there, unless an update clears it', async () => {
        await write([{ new_code: 'A', ...rest[kind] }], { strategy })
        const number = numbers().get('A')
        const row = { new_code: 'A', new_number: null, ...rest[kind] }
        await write([row], { strategy })
        await write([row], { strategy, skipUnchanged: true })
        expect(numbers().get('A')).toBe(number)
        expect(number).toBe('N-1000')
        await write([row], { strategy, operation: 'update' })
        expect(numbers().get('A')).toBeNull()
      })

      it('is what a row says of it', async () => {
        await write([{ new_code: 'A', new_number: 'own', ...rest[kind] }], { strategy })
        expect(numbers().get('A')).toBe('own')
      })
    })

    it('is left to it where it is a part of the key that a create lacks', async () => {
      await write([{ new_code: 'A' }], {
        strategy,
        operation: 'create',
        key: ['new_number'],
        keyOf: () => ({ new_number: null }),
      })
      expect(numbers().get('A')).toBe('N-1000')
    })
  },
)
