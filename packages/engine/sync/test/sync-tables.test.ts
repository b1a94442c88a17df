import { createChangeFeed } from '@deltaverse/dataverse'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { syncTables, type TableEvent, type TableOptions } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createMemoryCheckpoints } from './support/memory-checkpoints.js'
import { createMemorySink } from './support/memory-sink.js'

let table: EmulatedTable
const enough = new Error('enough')

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

function tableOf(entitySet: string, more: Partial<TableOptions> = {}): TableOptions {
  return {
    name: entitySet,
    source: createChangeFeed(table.client, { entitySet }),
    sink: createMemorySink(),
    checkpoints: createMemoryCheckpoints(),
    ...more,
  }
}

describe('syncTables', () => {
  it('syncs them all; the error of one is told and stops nobody', async () => {
    table.add(3)
    table.emulator.table('accounts').create({ name: 'Contoso' })
    const sink = createMemorySink()
    const events: [string, TableEvent][] = []
    const summary = await syncTables(
      [tableOf('accounts'), tableOf('nothings'), tableOf('products', { sink })],
      { onEvent: (name, event) => events.push([name, event]) },
    )
    expect(summary).toMatchObject({
      ok: false,
      tables: [
        { name: 'accounts', ok: true, summary: { upserted: 1 } },
        { name: 'nothings', ok: false, error: { code: 'not-found' } },
        { name: 'products', ok: true, summary: { upserted: 3 } },
      ],
    })
    expect(events.filter(([, { kind }]) => kind === 'failed').map(([name]) => name)).toEqual(['nothings'])
    expectExact(sink.rows(), table)
    expect(await syncTables([tableOf('accounts')])).toMatchObject({ ok: true })
    expect(await syncTables([])).toEqual({ ok: true, tables: [] })
  })

  it('reads no more of them at a time than it may', async () => {
    let underWay = 0
    let most = 0
    const counting = (name: string): TableOptions => {
      const table = tableOf(name)
      return {
        ...table,
        async onStep(step) {
          if (step === 'lease-taken') most = Math.max(most, ++underWay)
          if (step === 'after-state-saved') underWay -= 1
        },
      }
    }
    const names = ['accounts', 'contacts', 'products', 'tasks', 'systemusers']
    await syncTables(names.map(counting), { concurrency: 2 })
    expect(most).toBe(2)
  })

  it('follows them all, also when fewer may be read at a time', async () => {
    const controller = new AbortController()
    const seen = new Set<string>()
    const clock = {
      now: () => Date.now(),
      delay: () => new Promise<void>((resolve) => setImmediate(resolve)),
    }
    const names = ['accounts', 'contacts', 'products']
    const running = syncTables(
      names.map((name) => tableOf(name, { clock })),
      {
        concurrency: 1,
        follow: true,
        signal: controller.signal,
        onEvent(name, { kind }) {
          if (kind === 'waiting') seen.add(name)
          if (seen.size === names.length) controller.abort(enough)
        },
      },
    )
    await expect(running).rejects.toBe(enough)
    expect([...seen].sort()).toEqual(names)
  })

  it('rejects with the reason when it is told to stop, once all have let go', async () => {
    const checkpoints = createMemoryCheckpoints()
    const controller = new AbortController()
    const running = syncTables(
      ['accounts', 'products'].map((name) =>
        tableOf(name, { checkpoints, onStep: () => controller.abort(enough) }),
      ),
      { signal: controller.signal },
    )
    await expect(running).rejects.toBe(enough)
    expect(['accounts', 'products'].some(checkpoints.isHeld)).toBe(false)
    await expect(syncTables([], { signal: controller.signal })).rejects.toBe(enough)
  })

  it('refuses a name that comes twice, and ends with what a listener throws', async () => {
    await expect(syncTables([tableOf('products'), tableOf('products')])).rejects.toThrow(
      'two tables are named "products"',
    )
    await expect(syncTables([], { concurrency: 0 })).rejects.toThrow(RangeError)
    const fault = new Error('listener')
    const onEvent = (): void => {
      throw fault
    }
    await expect(syncTables([tableOf('products')], { onEvent })).rejects.toBe(fault)
  })
})
