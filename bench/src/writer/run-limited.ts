import { createClient } from '@deltaverse/client'
import { createUpsertWriter } from '@deltaverse/dataverse'
import { createVirtualTime, startEmulator } from '@deltaverse/emulator'
import { limitByPhase } from './limit-by-phase.js'
import { limitsOf, type Scenario, windowMs } from './limited-scenario.js'
import { createRandom } from './scatter.js'

export interface LimitedJob {
  readonly scenario: Scenario
  /** Requests at a time: by the governor, as many as said, or as many as said for each phase. */
  readonly concurrency: 'auto' | number | readonly number[]
}

/** What a load under limits came to, in the time of the emulator. */
export interface LimitedDone {
  readonly elapsedMs: number
  /** Rows that were reported as written within each window. */
  readonly rowsInWindow: readonly number[]
  /** Rows that were reported as written. */
  readonly written: number
  /** Rows in the table at the end. */
  readonly stored: number
  /** Rows that admitted requests held: more than stored means that some were sent twice. */
  readonly sent: number
  readonly requests: number
  readonly refused: number
  readonly peakConcurrency: number
  readonly realMs: number
}

async function runLimited({ scenario, concurrency }: LimitedJob): Promise<LimitedDone> {
  const realStartMs = performance.now()
  const time = createVirtualTime()
  const startMs = time.now()
  const emulator = await startEmulator({
    clock: time.now,
    wait: time.wait,
    limits: limitsOf(scenario, startMs),
    historyLimit: 0,
    requestLogLimit: 0,
    compression: false,
  })
  const clock = { now: time.now, delay: time.wait }
  let reads = 0
  const client = createClient({
    url: emulator.url,
    token: () => 'bench',
    clock,
    random: createRandom(scenario.seed ?? 0),
    governor: { concurrency: typeof concurrency === 'object' ? Math.max(...concurrency) : concurrency },
    interceptors: [
      ...(typeof concurrency === 'object' ? [limitByPhase(concurrency, () => time.now() - startMs)] : []),
      (next) => (request) => {
        if (request.method === 'GET') reads += 1
        return next(request)
      },
    ],
  })
  const writer = createUpsertWriter<LightRow>(client, {
    entitySet: 'products',
    key: ['productnumber'],
    clock,
  })
  const rowsInWindow: number[] = []
  const { upserted, created, updated } = await writer.write(lightRows(scenario.rows), {
    everyRow: true,
    onEvent({ kind }) {
      if (kind !== 'row-done') return
      const window = Math.floor((time.now() - startMs) / windowMs)
      rowsInWindow[window] = (rowsInWindow[window] ?? 0) + 1
    },
  })
  const elapsedMs = time.now() - startMs
  const { requests, rows, refusals, peakConcurrency } = emulator.limits!.snapshot()
  const done: LimitedDone = {
    elapsedMs,
    rowsInWindow: Array.from(rowsInWindow, (rows) => rows ?? 0),
    written: upserted + created + updated,
    stored: emulator.table('products').count(),
    // A read counts as one row.
    sent: rows - reads,
    requests,
    refused: refusals.requests + refusals.executionTime + refusals.concurrency,
    peakConcurrency,
    realMs: performance.now() - realStartMs,
  }
  await client.close()
  await emulator.close()
  return done
}

interface LightRow {
  readonly productnumber: string
  readonly name: string
  readonly quantitydecimal: number
}

function* lightRows(count: number): Generator<LightRow, void, undefined> {
  for (let index = 0; index < count; index += 1) {
    yield { productnumber: `SKU-${100_000_000 + index}`, name: `Product ${index}`, quantitydecimal: 2 }
  }
}

/** A process for one load: emulator and writer share a time that jumps, so they share the process. */
process.once('message', async (job: LimitedJob) => {
  process.send?.(await runLimited(job))
  process.disconnect()
})
