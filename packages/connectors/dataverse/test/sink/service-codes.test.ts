import {
  createUpsertWriter,
  type UpsertWriterOptions,
  type WriteResult,
  type WriteStrategy,
} from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

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

async function write(
  rows: readonly AnyRow[],
  options: Partial<UpsertWriterOptions<AnyRow>> = {},
): Promise<readonly WriteResult<AnyRow>[]> {
  const { client, clock } = recording
  const fixed = { entitySet: 'products', key: ['productnumber'], clock, random: () => 0.5 }
  const writer = createUpsertWriter<AnyRow>(client, { ...fixed, ...options })
  const results: WriteResult<AnyRow>[] = []
  for await (const result of writer.results(rows)) results.push(result)
  return results.sort((a, b) => a.index - b.index)
}

const generic = (number: number) => ({
  code: '0x80044150',
  message: `Sql error: Generic SQL error. CRM ErrorCode: -2147204784 Sql ErrorCode: -2146232060 Sql Number: ${number}`,
})
const passing = [
  { code: '0x80073000', message: 'There was a networking error. Please try again.' },
  ...[1205, -2, 40613, 40197, 40501, 10928, 10929, 49918, 49919, 49920].map(generic),
]
const strategies: readonly WriteStrategy[] = ['bulk', 'batch', 'single']
const rows = [1, 2, 3].map((number) => ({ productnumber: `P-${number}`, name: `Product ${number}` }))

describe.each(strategies)('a failure of the service that passes by itself (%s)', (strategy) => {
  it.each(passing)('is waited out: $code $message', async ({ code, message }) => {
    const fault = { status: 500, code, message, times: 2 }
    if (strategy === 'batch') emulator.faults.add({ ...fault, inBatch: true })
    else emulator.faults.add({ ...fault, url: strategy === 'bulk' ? /UpsertMultiple/ : /products\(/ })
    const results = await write(rows, { strategy })
    expect(results.map(({ status, error }) => error?.message ?? status)).toEqual(rows.map(() => 'upserted'))
    expect(emulator.table('products').rows()).toHaveLength(3)
    expect(recording.clock.waitedMs).toBeGreaterThan(0)
  })
})

describe.each(['batch', 'single'] as const)('a row that is gone (%s)', (strategy) => {
  const gone = ['0x80040217', '0x80060891', '0x80048d02']

  it.each(gone)('needs not be deleted: %s', async (code) => {
    const fault = { method: 'DELETE', status: 404, code, message: 'gone' }
    emulator.faults.add(strategy === 'batch' ? { ...fault, inBatch: true } : fault)
    const results = await write([{ productnumber: 'P-1' }, { productnumber: 'P-2' }], {
      strategy,
      operation: 'delete',
    })
    expect(results.map(({ status }) => status)).toEqual(['unchanged', 'unchanged'])
  })

  it.each(gone)('is written in full although only a part of it differed: %s', async (code) => {
    await write(rows)
    const fault = { method: 'PATCH', status: 404, code, message: 'gone' }
    emulator.faults.add({ ...fault, ...(strategy === 'batch' && { inBatch: true }), times: 1 })
    const changed = rows.map((row) => ({ ...row, name: `${row.name}, new` }))
    const results = await write(changed, { strategy, skipUnchanged: true })
    expect(results.map(({ status }) => status).every((status) => status !== 'failed')).toBe(true)
    const names = emulator
      .table('products')
      .rows()
      .map(({ name }) => name)
    expect(names.sort()).toEqual(changed.map(({ name }) => name))
  })
})

it('a value of the wrong type under the code of a missing row is no missing row', async () => {
  emulator.faults.add({ method: 'DELETE', status: 400, code: '0x80048d02', message: 'wrong type' })
  const [result] = await write([{ productnumber: 'P-1' }], { strategy: 'single', operation: 'delete' })
  expect(result?.status).toBe('failed')
})
