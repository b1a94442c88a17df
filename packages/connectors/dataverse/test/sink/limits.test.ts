import { createClient } from '@deltaverse/client'
import { createUpsertWriter, type WriteStrategy } from '@deltaverse/dataverse'
import { startEmulator } from '@deltaverse/emulator'
import { createVirtualClock } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'

describe('under the limits of the service', () => {
  it.each<{ strategy: WriteStrategy; rows: number }>([
    { strategy: 'single', rows: 150 },
    { strategy: 'batch', rows: 600 },
    { strategy: 'bulk', rows: 600 },
  ])('waits as long as it is told, and writes every row once (%j)', async ({ strategy, rows }) => {
    const clock = createVirtualClock()
    const emulator = await startEmulator({
      clock: () => clock.now(),
      limits: { requests: 40, windowMs: 300_000, cost: () => 0, concurrency: 8 },
    })
    const client = createClient({ url: emulator.url, clock, random: () => 0.5 })
    const writer = createUpsertWriter(client, {
      entitySet: 'products',
      key: ['productnumber'],
      strategy,
      batchSize: 10,
      clock,
    })
    const versions = emulator.history().length
    const products = Array.from({ length: rows }, (_, at) => ({ productnumber: `P${at}` }))
    const summary = await writer.write(products)
    expect(summary).toMatchObject({ rows, upserted: rows, failed: 0 })
    expect(emulator.table('products').count()).toBe(rows)
    expect(emulator.history().length - versions).toBe(rows)
    const { refused, admitted } = client.governor.stats().governors[0]!.totals
    expect(refused).toBeGreaterThan(0)
    expect(refused).toBeLessThan(admitted / 4)
    await client.close()
    await emulator.close()
  })
})
