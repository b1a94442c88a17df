import { createClient, type DataverseClient } from '@deltaverse/client'
import type { Checkpoint } from '@deltaverse/core'
import { type Emulator, type EmulatorOptions, type FaultRule, startEmulator } from '@deltaverse/emulator'
import { afterEach, describe, expect, it } from 'vitest'
import { type ChangeFeedOptions, createChangeFeed } from '../../src/index.js'
import { contentsOf, createBusyTable } from './busy-table.js'
import { createRebuiltState } from './rebuilt-state.js'
import { instantClock } from './things.js'

let emulator: Emulator
let client: DataverseClient

/** Pages of three keys at most, so that a read of keys has several too. */
async function start(changeTracking: EmulatorOptions['changeTracking']): Promise<void> {
  emulator = await startEmulator({ maxPageSize: 3, compression: false, changeTracking })
  client = createClient({ url: emulator.url, clock: instantClock(), random: () => 0 })
}

afterEach(async () => {
  await client.close()
  await emulator.close()
})

interface Scene {
  readonly seed: number
  readonly gapGuard?: boolean
  /** Behind how many pages somebody writes to the table, from the first page on. */
  readonly busyPages?: number
  /** The consumer dies once, behind this many groups of events. */
  readonly dieBehind?: number
  /** Whether it then loses what came behind its last checkpoint, as a database rolls back. Default: no. */
  readonly forgets?: boolean
  /** What goes wrong, by the number of pages that were read before. */
  readonly faults?: Readonly<Record<number, FaultRule>>
}

/** Reads a table that is written to behind every page, until a read in which nobody writes. */
async function play(scene: Scene) {
  const { seed, gapGuard = true, busyPages = 10, dieBehind, forgets = false, faults = {} } = scene
  const table = createBusyTable(emulator, seed, 5)
  emulator.faults.clear()
  const state = createRebuiltState()
  const phases: string[] = []
  let goBack = state.note()
  let checkpoint: Checkpoint | undefined
  let groups = 0
  const feed = createChangeFeed(client, {
    entitySet: 'products',
    select: ['name', 'productnumber'],
    primaryKey: 'productid',
    tokenLifetimeDays: 0,
    pageSize: 2,
    readAheadBytes: 0,
    gapGuard,
    random: () => 0,
    clock: instantClock(),
    onEvent(event) {
      if (event.kind !== 'page') return
      phases.push(event.phase)
      if (phases.length <= busyPages) table.disturb()
      const fault = faults[phases.length]
      if (fault !== undefined) emulator.faults.next(fault)
    },
  } satisfies ChangeFeedOptions)

  async function read(): Promise<void> {
    for await (const batch of feed.read({ checkpoint: checkpoint ?? null })) {
      for (const event of batch) {
        state.apply(event)
        if (event.kind !== 'checkpoint') continue
        // As a file or a database keeps it.
        checkpoint = JSON.parse(JSON.stringify(event.checkpoint)) as Checkpoint
        goBack = state.note()
      }
      groups += 1
      if (groups !== dieBehind) continue
      if (forgets) goBack()
      return read()
    }
  }

  await read()
  while (phases.length <= busyPages) await read()
  await read()
  return { groups, phases, isExact: contentsOf(state.rows.values()).join() === table.contents().join() }
}

const seeds = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe.each(['first-page', 'last-page'] as const)('a busy table with tokens of the %s', (watermark) => {
  it.each(['deletes-last', 'by-version'] as const)(
    'is told without a loss, deltas in order %s',
    async (order) => {
      await start({ watermark, order })
      const phases = new Set<string>()
      for (const seed of seeds(10)) {
        const played = await play({ seed })
        expect(played.isExact, `seed ${seed}`).toBe(true)
        for (const phase of played.phases) phases.add(phase)
      }
      expect([...phases].sort()).toEqual(['catch-up', 'guard', 'incremental', 'snapshot'])
    },
  )

  it.each(['refused', 'given'] as const)(
    'is told without a loss where tokens are bound to columns: %s',
    async (otherColumns) => {
      await start({ watermark, otherColumns })
      for (const seed of seeds(6)) {
        const played = await play({ seed, busyPages: 18 })
        expect(played.isExact, `seed ${seed}`).toBe(true)
      }
    },
  )

  it.each([true, false])(
    'is told without a loss by a consumer that dies anywhere (and forgets: %s)',
    async (forgets) => {
      await start({ watermark })
      const seed = forgets ? 4 : 5
      const { groups } = await play({ seed })
      for (let dieBehind = 1; dieBehind <= groups; dieBehind += 1) {
        const played = await play({ seed, dieBehind, forgets })
        expect(played.isExact, `dead behind ${dieBehind} of ${groups} groups`).toBe(true)
      }
    },
  )

  it.each<[string, FaultRule]>([
    ['a body that breaks off', { url: '/products', cutBody: { afterBytes: 300 } }],
    ['a throttle', { url: '/products', status: 429, code: '0x80072322', retryAfterSeconds: 1 }],
    ['a refused link', { url: /(skip|delta)token/, status: 400, code: '0x80041129' }],
    ['a forgotten token', { url: '/products', expireTokens: true }],
    ['a dropped connection', { url: '/products', drop: 'after-effect' }],
  ])('is told without a loss through %s behind any page', async (_, fault) => {
    await start({ watermark })
    const { phases } = await play({ seed: 3 })
    for (const [index] of phases.entries()) {
      const played = await play({ seed: 3, faults: { [index]: fault } })
      expect(played.isExact, `behind page ${index} of ${phases}`).toBe(true)
    }
  })
})

it('loses changes without the guard, where tokens are of the last page', async () => {
  await start({ watermark: 'last-page' })
  const lost: number[] = []
  for (const seed of seeds(10)) {
    if (!(await play({ seed, gapGuard: false })).isExact) lost.push(seed)
  }
  expect(lost.length).toBeGreaterThan(2)
})
