import { setImmediate as nextTurn } from 'node:timers/promises'
import { createClient } from '@deltaverse/client'
import { type ChangeEvent, DataverseError, type Source } from '@deltaverse/core'
import { createChangeFeed } from '@deltaverse/dataverse'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SyncEvent } from '../src/index.js'
import { type EmulatedTable, expectExact, startTable } from './support/emulated-table.js'
import { createTransactionalMemorySink } from './support/memory-sink.js'
import { setUp, type TestOptions } from './support/set-up.js'

let table: EmulatedTable

beforeEach(async () => {
  table = await startTable()
})
afterEach(() => table.stop())

const kinds = (events: readonly SyncEvent[]) => events.map((event) => event.kind)
const find = <K extends SyncEvent['kind']>(events: readonly SyncEvent[], kind: K) =>
  events.filter((event): event is Extract<SyncEvent, { kind: K }> => event.kind === kind)

describe('sync', () => {
  it('tells the sink each event once, in the order of the source', async () => {
    const { sink, run } = setUp(table)
    const told: string[] = []
    const listening = {
      ...sink,
      async write(batch: readonly ChangeEvent[]) {
        for (const event of batch) told.push(event.kind)
        await sink.write(batch)
      },
      async commit() {
        told.push('COMMIT')
        return await sink.commit()
      },
    }
    const ids = table.add(3)
    await run({ sink: listening, source: table.feed() })
    expect(told.splice(0)).toEqual([
      'reset',
      ...ids.map(() => 'upserted'),
      'complete',
      'checkpoint',
      'COMMIT',
    ])
    table.add(1)
    await run({ sink: listening, source: table.feed() })
    expect(told).toEqual(['upserted', 'checkpoint', 'COMMIT'])
  })

  it('brings the table to the sink, and then what changed', async () => {
    const { sink, checkpoints, events, run, state } = setUp(table)
    const [first, second] = table.add(7)
    const summary = await run()
    expectExact(sink.rows(), table)
    expect(summary).toMatchObject({ name: 'products', table: 'products', read: 'snapshot', rows: 7 })
    expect(kinds(events).filter((kind) => kind !== 'page')).toEqual([
      'reset',
      'changes',
      'changes',
      'changes',
      'complete',
      'committed',
    ])

    table.change(first!, 'Renamed')
    table.remove(second!)
    const next = await run()
    expectExact(sink.rows(), table)
    expect(next).toMatchObject({ read: 'incremental', upserted: 1, deleted: 1, rows: 6 })
    expect(state()?.state).toMatchObject({
      version: 1,
      checkpoint: { phase: 'incremental' },
      position: { entries: sink.log.length },
      rows: 6,
    })
    expect(sink.isOpen()).toBe(false)
    expect(checkpoints.isHeld('products')).toBe(false)
  })

  it('keeps the state in a transactional sink', async () => {
    const { run } = setUp(table)
    const sink = createTransactionalMemorySink()
    table.add(4)
    await run({ sink, checkpoints: undefined })
    expectExact(sink.rows(), table)
    expect(sink.states.get('products')?.state.position).toEqual({ entries: sink.log.length })
    table.add(1)
    expect(await run({ sink, checkpoints: undefined })).toMatchObject({ read: 'incremental', upserted: 1 })
    expectExact(sink.rows(), table)
  })

  it('commits between pages by bytes, and goes on from there', async () => {
    const { sink, events, run, state } = setUp(table)
    table.add(8)
    const reason = new Error('enough')
    const controller = new AbortController()
    const stopped = run({
      commitBytes: 1,
      signal: controller.signal,
      onStep: (step) => {
        if (step === 'after-state-saved' && find(events, 'committed').length === 1) controller.abort(reason)
      },
    })
    await expect(stopped).rejects.toBe(reason)
    expect(state()?.state).toMatchObject({ checkpoint: { phase: 'snapshot', rowsRead: 6 } })
    expect(sink.isOpen()).toBe(false)
    events.length = 0
    expect(await run()).toMatchObject({ read: 'snapshot', upserted: 2, rows: 8 })
    expect(events[0]).toMatchObject({ kind: 'resumed', checkpoint: { phase: 'snapshot' } })
    expect(find(events, 'reset')).toEqual([])
    expectExact(sink.rows(), table)
  })

  it('commits between pages by time', async () => {
    const { events, run } = setUp(table)
    table.add(9)
    let nowMs = Date.parse('2026-01-01')
    const clock = { now: () => nowMs, delay: async () => undefined }
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'page-read') nowMs += 400
    }
    await run({ clock, onStep, commitMs: 1_000 })
    const committed = find(events, 'committed').map(({ checkpoint }) => checkpoint.rowsRead)
    // 400 ms, 800 ms, then 1,200 ms, which is behind the last page.
    expect(committed).toEqual([9, undefined])
  })

  it('commits where a source ends, whatever its last checkpoint looks like', async () => {
    const { sink, run, state } = setUp(table)
    table.add(7)
    const source = table.feed({ pageSize: 3 })
    const firstPage: Source = {
      id: source.id,
      table: 'products',
      async *read(options) {
        for await (const batch of source.read(options)) {
          yield batch
          if (batch.some(({ kind }) => kind === 'checkpoint')) return
        }
      },
    }
    await run({ source: firstPage })
    expect(state()?.state.checkpoint).toMatchObject({ phase: 'snapshot', rowsRead: 3 })
    expect(sink.log).toHaveLength(4)
    await run()
    expectExact(sink.rows(), table)
  })

  it('reads in full again when asked to, once, whatever breaks in between', async () => {
    const { sink, events, run } = setUp(table)
    const [first] = table.add(7)
    await run()
    table.remove(first!)
    await run({ restart: true })
    expect(find(events, 'reset').map(({ reason, epoch }) => [reason, epoch])).toEqual([
      ['initial', 1],
      ['requested', 2],
    ])
    expectExact(sink.rows(), table)
    expect(await run()).toMatchObject({ read: 'incremental' })
  })

  it('reads in full when the state is of another environment', async () => {
    const { sink, events, run } = setUp(table)
    table.add(5)
    await run({ environmentId: 'old' })
    await run({ environmentId: 'old' })
    expect(find(events, 'other-environment')).toEqual([])
    expect(await run({ environmentId: 'new' })).toMatchObject({ read: 'snapshot' })
    expect(find(events, 'other-environment')).toEqual([
      { kind: 'other-environment', saved: 'old', expected: 'new' },
    ])
    // Nobody asked for it: the reset says what it was.
    expect(find(events, 'reset').map(({ reason }) => reason)).toEqual(['initial', 'other-source'])
    expect(await run({ environmentId: 'new' })).toMatchObject({ read: 'incremental' })
    expectExact(sink.rows(), table)
  })

  it('goes on where an environment has another host name now, and is known to be the same', async () => {
    const { sink, events, run } = setUp(table)
    const [first] = table.add(5)
    await run({ environmentId: 'same' })
    table.add(1)
    table.remove(first!)
    const client = createClient({ url: table.emulator.url.replace('127.0.0.1', 'localhost') })
    const source = createChangeFeed(client, {
      entitySet: 'products',
      select: ['name', 'productnumber'],
      tokenLifetimeDays: 0,
    })
    await expect(run({ source })).rejects.toMatchObject({ code: 'checkpoint-mismatch' })
    expect(await run({ source, environmentId: 'same' })).toMatchObject({ read: 'incremental' })
    expectExact(sink.rows(), table)
    // From then on by its new name.
    expect(await run({ source })).toMatchObject({ read: 'incremental' })
    expect(find(events, 'reset')).toHaveLength(1)
    await client.close()
  })

  it('leaves a state of other columns to what the source was told', async () => {
    const { sink, events, run } = setUp(table)
    table.add(5)
    await run()
    const source = table.feed({ select: ['name', 'productnumber', 'price'] })
    await expect(run({ source })).rejects.toMatchObject({ code: 'checkpoint-mismatch' })
    expect(sink.isOpen()).toBe(false)
    await run({
      source: table.feed({ select: ['name', 'productnumber', 'price'], onMismatch: 'reset' }),
    })
    expect(find(events, 'reset').at(-1)).toMatchObject({ reason: 'schema-changed', epoch: 2 })
    expectExact(sink.rows(), table)
  })

  it('says what to do when the sink is not what the state says, and never reads again by itself', async () => {
    const { sink, events, run } = setUp(table)
    table.add(5)
    await run()
    sink.log.length = 2
    events.length = 0
    const refused = run()
    await expect(refused).rejects.toMatchObject({ code: 'sink-mismatch' })
    await expect(refused).rejects.toThrow(/the log has 2 entries.*restart: true/s)
    expect(events).toEqual([])
    await run({ restart: true })
    expect(sink.log[0]).toMatchObject({ kind: 'reset', epoch: 2 })
    expectExact(sink.rows(), table)
  })

  it('refuses a state that it cannot read', async () => {
    const { checkpoints, run } = setUp(table)
    table.add(1)
    await run()
    const { state, revision } = checkpoints.states.get('products')!
    checkpoints.states.set('products', { state: { ...state, version: 2 as 1 }, revision })
    await expect(run()).rejects.toMatchObject({ code: 'checkpoint-invalid' })
    checkpoints.states.set('products', { state: { ...state, checkpoint: {} as never }, revision })
    await expect(run()).rejects.toMatchObject({ code: 'checkpoint-invalid' })
    expect(checkpoints.isHeld('products')).toBe(false)
  })

  it('finds out that somebody else has saved, and leaves theirs alone', async () => {
    const { checkpoints, run, state } = setUp(table)
    table.add(5)
    await run()
    table.add(1)
    const { acquire: _, ...withoutLease } = checkpoints
    const theirs = { ...state()!, revision: 'theirs' }
    const onStep: TestOptions['onStep'] = (step) => {
      if (step === 'before-sink-commit') checkpoints.states.set('products', theirs)
    }
    await expect(run({ checkpoints: withoutLease, onStep })).rejects.toMatchObject({ code: 'conflict' })
    expect(state()).toBe(theirs)
  })

  it('writes nothing more once it is told to stop, though pages were read ahead', async () => {
    const { sink, events, run, state } = setUp(table)
    table.add(9)
    const controller = new AbortController()
    const reason = new Error('enough')
    let writes = 0
    const onStep: TestOptions['onStep'] = async (step) => {
      if (step !== 'batch-written' || writes > 0) return
      // The page that is taken is not told yet, so the other two are read ahead.
      while (table.emulator.requests.filter(({ url }) => url.includes('skiptoken')).length < 2)
        await nextTurn()
      for (let turns = 0; turns < 20; turns += 1) await nextTurn()
      writes = sink.calls.write
      controller.abort(reason)
    }
    await expect(run({ signal: controller.signal, onStep })).rejects.toBe(reason)
    expect(sink.calls.write).toBe(writes)
    expect(find(events, 'changes')).toHaveLength(1)
    expect(state()).toBeUndefined()
  })

  it('ends with what a listener throws, with nothing half done', async () => {
    const { sink, run } = setUp(table)
    table.add(7)
    for (const kind of ['reset', 'changes', 'page', 'complete', 'committed'] as const) {
      const fault = new Error(`listener of ${kind}`)
      const onEvent: TestOptions['onEvent'] = (event) => {
        if (event.kind === kind) throw fault
      }
      await expect(run({ onEvent, commitBytes: 1, restart: true })).rejects.toBe(fault)
      expect(sink.isOpen()).toBe(false)
    }
    await run()
    expectExact(sink.rows(), table)
  })

  it('closes what it opened when a part of it cannot be opened or closed', async () => {
    const { sink, checkpoints, fingerprints, run } = setUp(table)
    table.add(2)
    const fault = new DataverseError('no room', { code: 'sink-failed' })
    const unopened = { ...fingerprints, open: () => Promise.reject(fault) }
    await expect(run({ fingerprints: unopened })).rejects.toBe(fault)
    expect(sink.calls.close).toBe(1)
    const unclosed = { ...sink, close: () => Promise.reject(fault) }
    await expect(run({ sink: unclosed })).rejects.toBe(fault)
    expect(checkpoints.isHeld('products')).toBe(false)
    await run()
    expectExact(sink.rows(), table)
  })

  it('refuses options that cannot be right, with the value that came', async () => {
    const { run } = setUp(table)
    await expect(run({ checkpoints: undefined })).rejects.toThrow(/needs checkpoints/)
    await expect(run({ name: '' })).rejects.toThrow('name must be text, received empty text')
    await expect(run({ maxDeleteShare: 2 })).rejects.toThrow(
      'maxDeleteShare must be a number from 0 to 1, received 2',
    )
    await expect(run({ commitBytes: 0 })).rejects.toThrow(RangeError)
    await expect(run({ follow: { minIntervalMs: 0 } })).rejects.toThrow(RangeError)
    await expect(run({ follow: { minIntervalMs: 10, maxIntervalMs: 5 } })).rejects.toThrow(RangeError)
    await expect(run({ restart: 'no' as never })).rejects.toThrow(
      'restart must be true or false, received text',
    )
    await expect(run({ signal: new AbortController() as never })).rejects.toThrow(TypeError)
  })
})
