import { createClient } from '@deltaverse/client'
import type { Clock } from '@deltaverse/core'
import { createUpsertWriter, type UpsertWriterOptions, type WriteResult } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'
import { onEveryRow } from './told-rows.js'

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

/** Time that stands still: no row is sent because it has waited long enough. */
const stillClock: Clock = {
  now: () => 0,
  delay: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
}

function writerOf(options: Partial<UpsertWriterOptions<AnyRow>> = {}) {
  return createUpsertWriter<AnyRow>(recording.client, {
    entitySet: 'products',
    key: ['productnumber'],
    skipUnchanged: true,
    clock: stillClock,
    ...options,
  })
}

function fill(count: number): AnyRow[] {
  const rows = Array.from({ length: count }, (_, at) => ({ productnumber: `P${at}`, name: `n${at}` }))
  for (const row of rows) emulator.table('products').create(row)
  return rows
}

const reads = () =>
  emulator.requests.filter(({ method, url }) => method === 'GET' && url.includes('products?'))

describe('rows that are compared first', () => {
  it('cost one write where few of many differ', async () => {
    const rows = fill(2_500)
    const night = rows.map((row, at) => (at % 125 === 7 ? { ...row, name: 'new' } : row))
    const summary = await writerOf({ strategy: 'batch' }).write(night)
    expect(summary).toMatchObject({ rows: 2_500, updated: 20, unchanged: 2_480, requests: 1 })
    expect(recording.writes).toHaveLength(1)
    expect(summary.reads).toBeLessThanOrEqual(10)
  })

  it('are written in requests of the set size, as they come', async () => {
    const rows = fill(1_200).map((row) => ({ ...row, name: 'new' }))
    const summary = await writerOf({ strategy: 'batch', batchSize: 400 }).write(rows)
    expect(summary).toMatchObject({ updated: 1_200, requests: 3 })
    const parts = recording.bodies().map((body) => body.match(/HTTP\/1\.1/g)!.length)
    expect(parts).toEqual([400, 400, 400])
    const small = await writerOf({ strategy: 'batch', maxBatchBytes: 25_000 }).write(fill2(rows))
    expect(small.requests).toBeGreaterThanOrEqual(10)
  })

  it('do not wait for others longer than they may', async () => {
    fill(1)
    let written: () => void = () => {}
    const isWritten = new Promise<void>((resolve) => {
      written = resolve
    })
    async function* rows(): AsyncGenerator<AnyRow> {
      yield { productnumber: 'P0', name: 'new' }
      // Nothing more comes before this one is written.
      await isWritten
      yield { productnumber: 'P1', name: 'last' }
    }
    const writer = writerOf({ clock: recording.clock, strategy: 'batch' })
    const summary = await writer.write(
      rows(),
      onEveryRow(() => written()),
    )
    expect(summary).toMatchObject({ updated: 1, created: 1, requests: 2 })
  })

  it('go out when they are many bytes, however few they are', async () => {
    fill(12)
    let written: () => void = () => {}
    const isWritten = new Promise<void>((resolve) => {
      written = resolve
    })
    async function* rows(): AsyncGenerator<AnyRow> {
      for (let at = 0; at < 4; at += 1) yield { productnumber: `P${at}`, description: 'd'.repeat(1_000) }
      // Nothing more comes before these are written, and no time goes by.
      await isWritten
    }
    const summary = await writerOf({ strategy: 'batch', maxBatchBytes: 4_000 }).write(
      rows(),
      onEveryRow(() => written()),
    )
    expect(summary).toMatchObject({ updated: 4, failed: 0 })
  })

  it('keep the order of their versions, wherever an earlier one is', async () => {
    const [row] = fill(1)
    async function* rows(): AsyncGenerator<AnyRow> {
      for (let version = 1; version <= 30; version += 1) {
        yield { ...row, name: `v${version}`, size: `s${version}` }
        if (version % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const results: WriteResult<AnyRow>[] = []
    const writer = writerOf({ clock: recording.clock, strategy: 'batch', concurrency: 4 })
    for await (const result of writer.results(rows())) results.push(result)
    expect(results.map(({ index }) => index)).toEqual(results.map((_, at) => at))
    expect(emulator.table('products').rows()).toMatchObject([{ name: 'v30', size: 's30' }])
  })

  it('are created for sure where nobody has them, also when an answer gets lost or somebody is quicker', async () => {
    const [plain] = await results([{ productnumber: 'A' }], { strategy: 'batch' })
    expect(plain).toMatchObject({ status: 'created' })
    expect(recording.bodies()[0]).toContain('If-None-Match: *')

    emulator.faults.next({ method: 'PATCH', drop: 'after-effect' })
    const [lost] = await results([{ productnumber: 'B' }], { strategy: 'single' })
    expect(lost).toMatchObject({ status: 'upserted' })

    emulator.faults.next({ method: 'PATCH', status: 412, code: '0x80040237' })
    const [late] = await results([{ productnumber: 'C' }], { strategy: 'single' })
    expect(late).toMatchObject({ status: 'upserted', attempts: 2 })
    expect(recording.writes.at(-1)!.headers).not.toHaveProperty('if-none-match')
    expect(emulator.table('products').count()).toBe(3)
  })

  it('are pulled no faster than they are written', async () => {
    let open: () => void = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    let blocked = 0
    const client = createClient({
      url: emulator.url,
      interceptors: [
        (next) => async (request) => {
          if (request.method !== 'GET') {
            blocked += 1
            if (blocked === 2) setImmediate(() => setImmediate(open))
            await gate
          }
          return next(request)
        },
      ],
    })
    let pulled = 0
    let pulledWhileBlocked = 0
    void gate.then(() => {
      pulledWhileBlocked = pulled
    })
    function* rows(): Generator<AnyRow> {
      while (pulled < 12_000) yield { productnumber: `P${pulled++}`, name: 'new' }
    }
    const writer = createUpsertWriter<AnyRow>(client, {
      entitySet: 'products',
      key: ['productnumber'],
      skipUnchanged: true,
      batchSize: 10,
      concurrency: 2,
      stopAfterFailures: 1,
    })
    const run = writer.results(rows())
    await run.next()
    await run.return(undefined as never)
    await client.close()
    // Two looks at 1,000 rows each, and one that is being filled.
    expect(pulledWhileBlocked).toBeGreaterThan(0)
    expect(pulledWhileBlocked).toBeLessThanOrEqual(4_000)
    expect(pulled).toBeLessThanOrEqual(5_000)
  })
})

describe('when the look at the table fails', () => {
  it('the run ends with that error, and nothing is written blindly', async () => {
    const rows = fill(5).map((row) => ({ ...row, name: 'new' }))
    emulator.faults.add({ method: 'GET', url: /products\?/, status: 403, code: '0x80040220' })
    await expect(writerOf().write(rows)).rejects.toMatchObject({ status: 403 })
    expect(recording.writes).toHaveLength(0)
  })

  it('for passing reasons, it is repeated', async () => {
    const rows = fill(5).map((row) => ({ ...row, name: 'new' }))
    emulator.faults.next({ method: 'GET', url: /products\?/, status: 503, body: 'html' })
    const summary = await writerOf({ clock: recording.clock }).write(rows)
    expect(summary).toMatchObject({ updated: 5, failed: 0 })
    expect(reads()).toHaveLength(2)
  })
})

describe('a run that is stopped while rows are compared', () => {
  it('rejects with the reason of the signal and writes nothing more', async () => {
    const rows = fill(1_500).map((row) => ({ ...row, name: 'new' }))
    const controller = new AbortController()
    const reason = new Error('enough')
    const client = createClient({
      url: emulator.url,
      interceptors: [
        (next) => (request) => {
          if (request.path.includes('$filter')) controller.abort(reason)
          return next(request)
        },
      ],
    })
    const writer = createUpsertWriter<AnyRow>(client, {
      entitySet: 'products',
      key: ['productnumber'],
      skipUnchanged: true,
    })
    await expect(writer.write(rows, { signal: controller.signal })).rejects.toBe(reason)
    await client.close()
    expect(emulator.requests.filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('by its failures, says of every row that was pulled what became of it', async () => {
    const bad = 'x'.repeat(101)
    let pulled = 0
    function* rows(): Generator<AnyRow> {
      while (pulled < 9_000) yield { productnumber: `P${pulled}`, name: pulled++ < 5 ? bad : 'n' }
    }
    const told: WriteResult<AnyRow>[] = []
    const writer = writerOf({ strategy: 'batch', batchSize: 50, concurrency: 1, stopAfterFailures: 3 })
    const summary = await writer.write(
      rows(),
      onEveryRow<AnyRow>((result) => void told.push(result)),
    )
    expect(summary).toMatchObject({ stopped: 'failures', failed: 5, created: 45 })
    expect(summary.notRun).toBe(pulled - 50)
    expect(told.map(({ index }) => index).sort((a, b) => a - b)).toEqual(told.map((_, at) => at))
    expect(told).toHaveLength(pulled)
  })

  it('with an order to drain, writes what was pulled', async () => {
    const controller = new AbortController()
    let pulled = 0
    function* rows(): Generator<AnyRow> {
      while (pulled < 9_000) yield { productnumber: `P${pulled++}`, name: 'n' }
    }
    const writer = writerOf({ strategy: 'batch', batchSize: 100, concurrency: 2, onAbort: 'drain' })
    const summary = await writer.write(rows(), {
      signal: controller.signal,
      ...onEveryRow(() => controller.abort()),
    })
    expect(summary).toMatchObject({ stopped: 'aborted', rows: pulled, created: pulled })
    expect(emulator.table('products').count()).toBe(pulled)
  })
})

async function results(rows: readonly AnyRow[], options: Partial<UpsertWriterOptions<AnyRow>>) {
  const all: WriteResult<AnyRow>[] = []
  for await (const result of writerOf({ clock: recording.clock, ...options }).results(rows)) all.push(result)
  return all
}

/** The same rows with other names. */
function fill2(rows: readonly AnyRow[]): AnyRow[] {
  return rows.map((row) => ({ ...row, name: `${String(row.name)} again` }))
}
