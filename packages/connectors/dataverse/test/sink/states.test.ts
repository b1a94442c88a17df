import type { Row } from '@deltaverse/core'
import {
  createUpsertWriter,
  type UpsertWriterOptions,
  type WriteOperation,
  type WriteStrategy,
} from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

let emulator: Emulator
let recording: RecordingClient

/** A table as products are in the field: rows begin as drafts, and 0 is the state that they are made ready to. */
const drafts = {
  logicalName: 'new_draft',
  columns: [
    { logicalName: 'new_code', type: 'string' as const },
    {
      logicalName: 'statecode',
      type: 'state' as const,
      options: [
        { value: 2, label: 'Draft', defaultStatus: 10 },
        { value: 0, label: 'Active', defaultStatus: 11 },
        { value: 1, label: 'Retired', defaultStatus: 12 },
      ],
    },
    {
      logicalName: 'statuscode',
      type: 'status' as const,
      options: [
        { value: 10, label: 'Draft', state: 2 },
        { value: 11, label: 'Active', state: 0 },
        { value: 12, label: 'Retired', state: 1 },
      ],
    },
  ],
  keys: [{ logicalName: 'new_draft_key', columns: ['new_code'] }],
  supportsBulk: true,
}

beforeEach(async () => {
  emulator = await startEmulator({ tables: [drafts] })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

function write(rows: readonly Row[], options: Partial<UpsertWriterOptions>) {
  const { client, clock } = recording
  return createUpsertWriter(client, {
    entitySet: 'new_drafts',
    key: ['new_code'],
    clock,
    ...options,
  }).write(rows)
}

const stored = () =>
  Object.fromEntries(
    emulator
      .table('new_drafts')
      .rows()
      .map(({ new_code: code, statecode, statuscode }) => [String(code), [statecode, statuscode]]),
  )

const rows = [
  { new_code: 'both', statecode: 0, statuscode: 11 },
  { new_code: 'state', statecode: 0 },
  { new_code: 'status', statuscode: 12 },
  { new_code: 'first', statecode: 2, statuscode: 10 },
  { new_code: 'none' },
]
const wanted = { both: [0, 11], state: [0, 11], status: [1, 12], first: [2, 10], none: [2, 10] }

const strategies: readonly WriteStrategy[] = ['bulk', 'batch', 'single']

describe.each(strategies)('a table whose rows do not begin in state 0 (%s)', (strategy) => {
  it.each<WriteOperation>(['upsert', 'create'])(
    'gets the states that are asked for by %s',
    async (operation) => {
      expect(await write(rows, { strategy, operation })).toMatchObject({ failed: 0 })
      expect(stored()).toEqual(wanted)
      if (operation === 'create') return
      expect(await write(rows, { strategy, operation })).toMatchObject({ failed: 0 })
      expect(stored()).toEqual(wanted)
      const ready = rows.map(({ new_code }) => ({ new_code, statuscode: 11 }))
      expect(await write(ready, { strategy, operation: 'update' })).toMatchObject({ failed: 0 })
      expect(Object.values(stored())).toEqual(rows.map(() => [0, 11]))
    },
  )

  it('has a create repaired that is refused for its state', async () => {
    const inline = { strategy, operation: 'create', states: 'inline' } as const
    expect(await write([rows[0]!, rows[2]!], inline)).toMatchObject({ failed: 0 })
    expect(stored()).toEqual({ both: [0, 11], status: [1, 12] })
  })
})
