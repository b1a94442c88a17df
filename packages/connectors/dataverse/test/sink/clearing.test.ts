import { createUpsertWriter, type UpsertWriterOptions, type WriteEvent } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

let emulator: Emulator
let recording: RecordingClient
let parent: string

async function start(nullBind: 'clears' | 'ignored' | 'refused'): Promise<void> {
  const child = {
    logicalName: 'new_child',
    columns: [
      { logicalName: 'new_code', type: 'string' as const },
      { logicalName: 'new_name', type: 'string' as const, maxLength: 20 },
      {
        logicalName: 'new_parentid',
        type: 'lookup' as const,
        targets: [
          {
            table: 'account',
            navigationProperty: 'new_ParentId',
            collectionNavigationProperty: 'new_children',
          },
        ],
      },
    ],
    keys: [{ logicalName: 'new_child_key', columns: ['new_code'] }],
    supportsBulk: true,
  }
  emulator = await startEmulator({ tables: [child], nullBind })
  recording = createRecordingClient(emulator.url)
  parent = emulator.table('accounts').create({ name: 'Parent' })
}

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

type ChildRow = Record<string, unknown>

function fill(count: number): ChildRow[] {
  const children = emulator.table('new_childs')
  return Array.from({ length: count }, (_, at) => {
    const new_code = `C${at}`
    children.create({ new_code, new_name: 'n', 'new_ParentId@odata.bind': `accounts(${parent})` })
    return { new_code, new_name: `n${at}`, new_parentid: null }
  })
}

async function write(rows: readonly ChildRow[], options: Partial<UpsertWriterOptions<ChildRow>>) {
  const { client, clock } = recording
  const writer = createUpsertWriter<ChildRow>(client, {
    entitySet: 'new_childs',
    key: ['new_code'],
    clock,
    batchSize: 4,
    concurrency: 1,
    ...options,
  })
  const events: WriteEvent<ChildRow>[] = []
  const summary = await writer.write(rows, { onEvent: (event) => void events.push(event) })
  return { summary, events: events.filter(({ kind }) => kind !== 'retry') }
}

const stored = () =>
  emulator
    .table('new_childs')
    .rows()
    .map((row) => row._new_parentid_value)
const reads = () => emulator.requests.filter(({ url }) => /new_childs\?/.test(url)).length

describe.each(['bulk', 'batch', 'single'] as const)('a look-up that is cleared, by %s', (strategy) => {
  describe.each(['upsert', 'update'] as const)('with the operation %s', (operation) => {
    it('is looked after once, where a bind of null clears it', async () => {
      await start('clears')
      const { summary, events } = await write(fill(10), { strategy, operation })
      expect(summary).toMatchObject({ rows: 10, failed: 0, reads: 1 })
      expect(events).toEqual([])
      expect(stored()).toEqual(Array(10).fill(null))
    })

    it('is cleared in the other form, where a bind of null is ignored', async () => {
      await start('ignored')
      const { summary, events } = await write(fill(10), { strategy, operation })
      expect(summary).toMatchObject({ rows: 10, failed: 0 })
      expect(events).toEqual([{ kind: 'clearing-changed', reason: 'ignored' }])
      expect(stored()).toEqual(Array(10).fill(null))
      expect(reads()).toBeLessThanOrEqual(2)
    })

    it('is cleared in the other form, where a bind of null is refused', async () => {
      await start('refused')
      const { summary, events } = await write(fill(10), { strategy, operation })
      expect(summary).toMatchObject({ rows: 10, failed: 0 })
      expect(events).toEqual([{ kind: 'clearing-changed', reason: 'refused' }])
      expect(stored()).toEqual(Array(10).fill(null))
    })

    it.each(['clears', 'ignored', 'refused'] as const)(
      'leaves a row that is bad for another reason alone, where a bind of null is %s',
      async (nullBind) => {
        await start(nullBind)
        const [first, ...others] = fill(6)
        const rows = [{ ...first, new_name: 'x'.repeat(21) }, ...others]
        const { summary } = await write(rows, { strategy, operation })
        expect(summary).toMatchObject({ rows: 6, failed: 1 })
        expect(stored().filter((value) => value !== null)).toEqual([parent])
      },
    )
  })

  it.each(['clears', 'ignored', 'refused'] as const)(
    'is known to be set where rows are compared first, and a second run finds nothing to do (%s)',
    async (nullBind) => {
      await start(nullBind)
      const rows = fill(6)
      const compared = { strategy, skipUnchanged: true }
      expect((await write(rows, compared)).summary).toMatchObject({ updated: 6, failed: 0 })
      expect(stored()).toEqual(Array(6).fill(null))
      expect((await write(rows, compared)).summary).toMatchObject({ unchanged: 6, requests: 0 })
    },
  )

  it.each(['clears', 'ignored', 'refused'] as const)('is empty in new rows (%s)', async (nullBind) => {
    await start(nullBind)
    const rows = ['A', 'B', 'C'].map((new_code) => ({ new_code, 'new_ParentId@odata.bind': null }))
    const { summary } = await write(rows, { strategy, operation: 'create' })
    expect(summary).toMatchObject({ created: 3, failed: 0 })
    expect(stored()).toEqual([null, null, null])
  })
})
