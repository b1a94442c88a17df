import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createVirtualClock } from '@deltaverse/testing'
import type { TraceEntry } from '@deltaverse/testing/crash'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChildPool, createChildPool } from '../src/lib/run/child-pool.js'
import type { RunOrder } from '../src/lib/run/run-order.js'
import { planScenario } from '../src/lib/scenario.js'
import { type Service, startService } from '../src/lib/service/service.js'
import { startMs } from '../src/lib/time.js'

const folder = mkdtempSync(join(tmpdir(), 'deltaverse-two-processes-'))
const scenario = planScenario(1, {
  sink: { mode: 'log', compression: 'none', rotating: false, fingerprints: false },
})
let service: Service
let pool: ChildPool

beforeAll(async () => {
  service = await startService(scenario, createVirtualClock(startMs))
  pool = createChildPool(3)
})

afterAll(async () => {
  await pool.close()
  await service.close()
  rmSync(folder, { recursive: true })
})

const order = (name: string): RunOrder & { readonly tracePath: string } => ({
  url: service.url,
  directory: join(folder, 'out'),
  fingerprintDirectory: join(folder, 'fingerprints'),
  sink: scenario.sink,
  settings: { directory: join(folder, 'out') },
  feed: scenario.feed,
  commitBytes: 1,
  selection: 'narrow',
  restart: false,
  nowMs: startMs,
  seed: 1,
  tracePath: join(folder, `${name}.ndjson`),
})

/** Resolves with what the child says next, or with `exit`. */
async function next(child: ChildProcess): Promise<string> {
  return await Promise.race([
    once(child, 'message').then(([message]) => String(message)),
    once(child, 'exit').then(() => 'exit'),
  ])
}

function endOf(name: string): TraceEntry | undefined {
  const lines = readFileSync(join(folder, `${name}.ndjson`), 'utf8')
    .split('\n')
    .slice(0, -1)
  return lines.map((line) => JSON.parse(line) as TraceEntry).find(({ kind }) => kind === 'ended')
}

describe('two processes on one name', () => {
  it('lets one work, tells the other who does, and lets the other go on where the first was killed', async () => {
    const [first, second] = await Promise.all([pool.take(), pool.take()])
    first.send({ ...order('first'), rival: { at: 'step:after-state-saved', nth: 1 } })
    expect(await next(first)).toBe('paused')

    second.send(order('second'))
    expect(await next(second)).toBe('ended')
    expect(endOf('second')).toMatchObject({
      error: { code: 'conflict', message: expect.stringContaining(`is held by process ${first.pid} on`) },
    })

    first.kill('SIGKILL')
    expect(await next(first)).toBe('exit')
    expect(first.signalCode).toBe('SIGKILL')
    second.send(order('third'))
    expect(await next(second)).toBe('ended')
    expect(endOf('third')).toEqual({ kind: 'ended' })

    const log = readFileSync(join(folder, 'out', 'crash_items.000001.ndjson'), 'utf8')
    const ids = log
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { id: string }).id)
    expect(ids.sort()).toEqual(service.rows().map(({ id }) => id))
  })
})
