import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { SizedRequest } from '@deltaverse/client'
import type { Clock } from '@deltaverse/core'
import { createUpsertWriter, type DeadLetter, type UpsertWriterOptions } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'
import { onEveryRow, onFailedRows } from './told-rows.js'

type AnyRow = Record<string, unknown>

let emulator: Emulator
let recording: RecordingClient

beforeEach(async () => {
  emulator = await startEmulator({ organization: { createproductswithoutparentinactivestate: true } })
  recording = createRecordingClient(emulator.url)
})

afterEach(async () => {
  await recording.client.close()
  await emulator.close()
})

function writerOf(options: Partial<UpsertWriterOptions<AnyRow>> = {}) {
  const { client, clock } = recording
  return createUpsertWriter<AnyRow>(client, {
    entitySet: 'products',
    key: ['productnumber'],
    clock,
    ...options,
  })
}

const bad = 'x'.repeat(101)

/** Rows one by one, with a count of those pulled, and whether the source was closed. */
function countedRows(total: number, nameOf: (at: number) => string = () => 'n') {
  const seen = { pulled: 0, closed: false }
  async function* rows(): AsyncGenerator<AnyRow> {
    try {
      for (let at = 0; at < total; at += 1) {
        seen.pulled += 1
        yield { productnumber: `P${at}`, name: nameOf(at) }
      }
    } finally {
      seen.closed = true
    }
  }
  return { rows, seen }
}

/** Time that stands still: nobody's wait ends, and what is waited for takes no time. */
const stillClock: Clock = {
  now: () => 0,
  delay: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
    }),
}

describe('the flow of rows', () => {
  it('pulls no more than the requests under way and the one being filled can hold', async () => {
    const { rows, seen } = countedRows(1_000)
    let most = 0
    for await (const result of writerOf({ batchSize: 10, concurrency: 2 }).results(rows())) {
      most = Math.max(most, seen.pulled - result.index)
    }
    expect(seen.pulled).toBe(1_000)
    expect(most).toBeLessThanOrEqual(60)
  })

  it('holds no more versions of one row than of as many rows, whether one is under way or not', async () => {
    const total = 3_000
    for (const concurrency of [1, 2]) {
      let pulled = 0
      let settled = 0
      let most = 0
      function* versions(): Generator<AnyRow> {
        for (; pulled < total; pulled += 1) {
          most = Math.max(most, pulled - settled)
          yield { productnumber: 'P1', name: `n${pulled}`, description: 'd'.repeat(200) }
        }
      }
      pulled = 0
      const writer = writerOf({ batchSize: 10, concurrency, maxBatchBytes: 20_000 })
      const statuses = new Set<string>()
      for await (const { status } of writer.results(versions())) {
        settled += 1
        statuses.add(status)
      }
      expect(settled).toBe(total)
      expect([...statuses].sort()).toEqual(['superseded', 'upserted'])
      expect(most).toBeLessThan(500)
      expect(emulator.table('products').rows()).toMatchObject([{ name: `n${total - 1}` }])
    }
  })

  it('stops pulling when nobody takes results, and closes the source on break', async () => {
    const { rows, seen } = countedRows(1_000)
    for await (const _ of writerOf({ batchSize: 10, concurrency: 2 }).results(rows())) break
    expect(seen.pulled).toBeLessThanOrEqual(40)
    expect(seen.closed).toBe(true)
  })

  it('ends a pipeline of streams, whose other stages close with it', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => `${JSON.stringify({ productnumber: `P${at}` })}\n`)
    const source = Readable.from(lines, { objectMode: false })
    async function* fromLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<AnyRow> {
      let rest = ''
      for await (const chunk of chunks) {
        const parts = (rest + chunk.toString()).split('\n')
        rest = parts.pop()!
        for (const part of parts) yield JSON.parse(part)
      }
    }
    const writer = writerOf()
    await pipeline(source, fromLines, (rows: AsyncIterable<AnyRow>) => writer.write(rows))
    expect(emulator.table('products').count()).toBe(300)
  })

  it('never has more requests under way than allowed', async () => {
    let underWay = 0
    let most = 0
    const { client } = recording
    const counting = {
      ...client,
      governor: client.governor,
      request: async (...[request, call]: Parameters<typeof client.request>) => {
        underWay += 1
        most = Math.max(most, underWay)
        try {
          return await client.request(request, call)
        } finally {
          underWay -= 1
        }
      },
    }
    const writer = createUpsertWriter<AnyRow>(counting, {
      entitySet: 'products',
      key: ['productnumber'],
      strategy: 'single',
      concurrency: 3,
    })
    await writer.write(countedRows(50).rows())
    expect(most).toBe(3)
  })

  it('begins with 100 rows in a request and asks for more while the service is quick', async () => {
    const quick = { strategy: 'bulk', concurrency: 1, clock: stillClock } as const
    await writerOf(quick).write(Array.from({ length: 2_700 }, (_, at) => ({ productnumber: `P${at}` })))
    // By the clock of this test the service takes no time at all.
    const sizes = recording.bodies().map((body) => JSON.parse(body).Targets.length)
    expect(sizes).toEqual([100, 200, 400, 800, 1_000, 200])
    expect(recording.client.governor.sizer('upsert products').next()).toBe(1_000)
  })

  it('tells its sizer which requests were too large, and nothing of those that were wrong', async () => {
    const told: unknown[] = []
    const sizer = { next: () => 4, record: ({ rows, ok }: SizedRequest) => void told.push([rows, ok]) }
    emulator.faults.next({ method: 'POST', url: /Multiple/, status: 504, body: 'html' })
    emulator.faults.next({ method: 'POST', url: /Multiple/, status: 400, code: '0x80040203' })
    await writerOf({ strategy: 'bulk', concurrency: 1, sizer }).write(countedRows(4).rows())
    expect(recording.writes).toHaveLength(5)
    expect(told).toEqual([
      [4, false],
      [1, true],
      [1, true],
      [2, true],
    ])
  })

  it('closes a request by bytes as well', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => ({
      productnumber: `P${at}`,
      description: 'd'.repeat(1_000),
    }))
    const summary = await writerOf({ batchSize: 1_000, maxBatchBytes: 5_000, strategy: 'batch' }).write(rows)
    expect(summary).toMatchObject({ upserted: 20, requests: 4 })
  })

  it('closes a request by time when the source is slow', async () => {
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    async function* rows(): AsyncGenerator<AnyRow> {
      yield { productnumber: 'A' }
      await released
      yield { productnumber: 'B' }
    }
    const results = writerOf({ batchSize: 100, maxWaitMs: 5 }).results(rows())
    expect((await results.next()).value).toMatchObject({ index: 0, status: 'upserted' })
    release()
    expect((await results.next()).value).toMatchObject({ index: 1 })
    expect((await results.next()).value).toMatchObject({ rows: 2 })
  })

  it('writes what was pulled before the source broke, then throws what the source threw', async () => {
    const broken = new Error('broken')
    async function* rows(): AsyncGenerator<AnyRow> {
      yield { productnumber: 'A' }
      throw broken
    }
    await expect(writerOf().write(rows())).rejects.toBe(broken)
    expect(emulator.table('products').count()).toBe(1)
    await expect(writerOf().write(5 as never)).rejects.toThrow('rows must be iterable')
  })
})

describe('an aborted signal', () => {
  it('stops at once with its own reason', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const { rows, seen } = countedRows(1_000)
    const writing = writerOf({ batchSize: 5, concurrency: 1 }).write(rows(), {
      signal: controller.signal,
      ...onEveryRow(({ index }) => {
        if (index === 20) controller.abort(reason)
      }),
    })
    await expect(writing).rejects.toBe(reason)
    expect(seen.closed).toBe(true)
    expect(seen.pulled).toBeLessThan(60)
    await expect(writerOf().write([], { signal: controller.signal })).rejects.toBe(reason)
  })

  it('lets what was pulled be written when draining is asked for', async () => {
    const controller = new AbortController()
    const { rows, seen } = countedRows(1_000)
    const summary = await writerOf({ batchSize: 5, concurrency: 2, onAbort: 'drain' }).write(rows(), {
      signal: controller.signal,
      ...onEveryRow(({ index }) => {
        if (index === 20) controller.abort()
      }),
    })
    expect(summary).toMatchObject({ stopped: 'aborted', rows: seen.pulled, upserted: seen.pulled, failed: 0 })
    expect(emulator.table('products').count()).toBe(seen.pulled)
  })
})

describe('failures', () => {
  it('stop the run after a set number; rows that were pulled say that they were not run', async () => {
    const { rows, seen } = countedRows(1_000, (at) => (at < 50 ? 'n' : bad))
    const writer = writerOf({ strategy: 'batch', batchSize: 10, concurrency: 2, stopAfterFailures: 3 })
    const letters: DeadLetter<AnyRow>[] = []
    const summary = await writer.write(rows(), {
      ...onFailedRows<AnyRow>((result) => void letters.push(writer.toDeadLetter(result))),
    })
    expect(summary.stopped).toBe('failures')
    // What was not tried can be replayed just like what failed.
    expect(summary.notRun).toBeGreaterThan(0)
    expect(letters.filter(({ status }) => status === 'not-run')).toHaveLength(summary.notRun)
    expect(letters).toHaveLength(summary.failed + summary.notRun)
    expect(summary.failed).toBeGreaterThanOrEqual(3)
    expect(summary.rows).toBe(seen.pulled)
    expect(seen.pulled).toBeLessThan(110)
  })

  it('become dead letters that are replayed after correction', async () => {
    const writer = writerOf()
    const letters: string[] = []
    const rows = [
      { productnumber: 'A', name: bad },
      { productnumber: 'B', name: 'b' },
    ]
    await writer.write(rows, {
      ...onFailedRows<AnyRow>((result) => void letters.push(JSON.stringify(writer.toDeadLetter(result)))),
    })
    const [letter] = letters.map((line) => JSON.parse(line) as DeadLetter)
    expect(letters).toHaveLength(1)
    expect(letter).toMatchObject({
      entitySet: 'products',
      operation: 'upsert',
      index: 0,
      key: { productnumber: 'A' },
      code: 'row-rejected',
      serviceCode: '0x80044331',
      httpStatus: 400,
      retryable: false,
    })
    const corrected = { ...letter!, row: { ...letter!.row, name: 'a' } }
    expect(await writer.replay([corrected])).toMatchObject({ upserted: 1 })
    expect(emulator.table('products').count()).toBe(2)
    await expect(writer.replay([{ ...corrected, entitySet: 'accounts' }])).rejects.toThrow(
      "cannot be replayed by a writer of 'products'",
    )
    await expect(writer.replay([{ ...corrected, operation: 'update' }])).rejects.toThrow(
      "of operation 'update' cannot be replayed by a writer of 'upsert'",
    )
    await expect(writer.replay([{} as never])).rejects.toThrow(TypeError)
  })

  it('of creates whose answers got lost leave one row when they are replayed', async () => {
    const writer = writerOf({ operation: 'create', strategy: 'single', maxAttempts: 1 })
    emulator.faults.next({ method: 'POST', drop: 'after-effect' })
    const letters: DeadLetter<AnyRow>[] = []
    await writer.write([{ productnumber: 'A' }], {
      ...onFailedRows<AnyRow>((result) => void letters.push(writer.toDeadLetter(result))),
    })
    expect(letters).toHaveLength(1)
    expect(await writer.replay(letters)).toMatchObject({ created: 1, failed: 0 })
    expect(emulator.table('products').count()).toBe(1)
    for await (const result of writer.results([{ productnumber: 'Z' }]))
      expect(() => writer.toDeadLetter(result)).toThrow(TypeError)
  })

  it('of creates with a GUID of their own find what was written when they are replayed', async () => {
    const writer = writerOf({ operation: 'create', strategy: 'single', maxAttempts: 1 })
    const letters: DeadLetter<AnyRow>[] = []
    const told = onFailedRows<AnyRow>((result) => void letters.push(writer.toDeadLetter(result)))
    emulator.faults.next({ method: 'POST', drop: 'after-effect' })
    const lost = { productid: crypto.randomUUID(), productnumber: 'lost' }
    const stateless = { productid: crypto.randomUUID(), productnumber: 'half', statecode: 1, statuscode: 1 }
    await writer.write([lost, stateless], told)
    expect(letters.map(({ step, code }) => [step, code])).toEqual([
      [undefined, 'no-response'],
      ['state', 'row-rejected'],
    ])
    const corrected = letters.map((letter) => ({
      ...letter,
      row: { ...letter.row, statuscode: 2, statecode: 1 },
    }))
    expect(await writer.replay(corrected, told)).toMatchObject({ created: 2, failed: 0 })
    expect(emulator.table('products').rows()).toMatchObject([{ statecode: 1 }, { statecode: 1 }])
  })

  it('of creates whose own GUID is taken fail again when they are replayed as they are', async () => {
    const productid = emulator.table('products').create({ productnumber: 'theirs', name: 'theirs' })
    const writer = writerOf({ operation: 'create' })
    const letters: DeadLetter<AnyRow>[] = []
    const told = onFailedRows<AnyRow>((result) => void letters.push(writer.toDeadLetter(result)))
    await writer.write([{ productid, productnumber: 'A', name: 'ours' }], told)
    expect(letters).toMatchObject([{ conflict: 'row-exists', id: productid }])
    expect(await writer.replay(letters.slice(), told)).toMatchObject({ created: 0, failed: 1 })
    expect(letters[1]).toMatchObject({ conflict: 'row-exists' })
    const corrected = letters.map(({ row: { productid: _, ...row }, id: _id, ...letter }) => ({
      ...letter,
      row,
    }))
    expect(await writer.replay(corrected.slice(1))).toMatchObject({ created: 1, failed: 0 })
    expect(emulator.table('products').get(productid)).toMatchObject({ name: 'theirs' })
  })

  it('that every row would meet end the run', async () => {
    emulator.faults.add({ method: 'POST', status: 401 })
    const { rows, seen } = countedRows(1_000)
    await expect(writerOf({ batchSize: 5 }).write(rows())).rejects.toMatchObject({ code: 'unauthorized' })
    expect(seen.closed).toBe(true)
  })
})
