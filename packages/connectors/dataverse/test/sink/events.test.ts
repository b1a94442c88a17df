import { createDataverseSink, createUpsertWriter, type WriteEvent } from '@deltaverse/dataverse'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRecordingClient, type RecordingClient } from './recording-client.js'

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

const good = { productnumber: 'A', name: 'a' }
const bad = { productnumber: 'B', name: 'x'.repeat(101) }

function write(
  rows: readonly (typeof good)[],
  options: { strategy?: 'batch' | 'bulk' | 'single'; everyRow?: boolean },
): Promise<WriteEvent[]> {
  const { client, clock } = recording
  const { everyRow, ...own } = options
  const writer = createUpsertWriter(client, { entitySet: 'products', key: ['productnumber'], clock, ...own })
  const events: WriteEvent[] = []
  return writer.write(rows, { everyRow, onEvent: (event) => void events.push(event) }).then(() => events)
}

const told = (events: readonly WriteEvent[]) =>
  events.map((event) => ('result' in event ? `${event.kind} ${event.result.index}` : event.kind))

describe.each(['batch', 'bulk', 'single'] as const)('the events of a run by %s', (strategy) => {
  it('tell rows that were not written, and the others only where that is asked for', async () => {
    const quiet = await write([good, bad], { strategy })
    expect(told(quiet)).toEqual(['row-failed 1'])
    const all = await write([good, bad], { strategy, everyRow: true })
    expect(told(all).sort()).toEqual(['row-done 0', 'row-failed 1'])
    expect(all.find(({ kind }) => kind === 'row-failed')).toMatchObject({ result: { status: 'failed' } })
  })

  it('tell what is sent again, and why', async () => {
    const method = strategy === 'single' ? 'PATCH' : 'POST'
    emulator.faults.next({ method, status: 503 })
    const events = await write([good], { strategy })
    expect(events).toMatchObject([{ kind: 'retry', rows: 1, error: { status: 503 } }])
  })

  it('end the run with what their taker throws', async () => {
    const { client } = recording
    const writer = createUpsertWriter(client, { entitySet: 'products', key: ['productnumber'], strategy })
    const onEvent = () => {
      throw new Error('no more')
    }
    await expect(writer.write([bad], { onEvent })).rejects.toThrow('no more')
  })
})

it('the events of a run tell that a bulk message is given up', async () => {
  emulator.faults.add({ method: 'POST', url: /UpsertMultiple/, status: 501 })
  const events = await write([good], { strategy: 'bulk' })
  expect(events).toMatchObject([{ kind: 'bulk-given-up', message: 'UpsertMultiple', error: { status: 501 } }])
})

it('the results of a run leave events to what is no row', async () => {
  const { client, clock } = recording
  const writer = createUpsertWriter(client, { entitySet: 'products', key: ['productnumber'], clock })
  emulator.faults.next({ url: /products/, method: 'POST', status: 503 })
  const events: string[] = []
  const statuses: string[] = []
  for await (const { status } of writer.results([good, bad], {
    onEvent: ({ kind }) => void events.push(kind),
  }))
    statuses.push(status)
  expect(events).toEqual(['retry'])
  expect(statuses.sort()).toEqual(['failed', 'upserted'])
})

it('the sink tells what its writers do', async () => {
  const { client, clock } = recording
  const events: WriteEvent[] = []
  const sink = createDataverseSink(client, {
    entitySet: 'products',
    key: ['productnumber'],
    clock,
    onBadRow: 'dead-letter',
    deadLetter: () => {},
    onEvent: (event) => void events.push(event),
  })
  await sink.open(undefined)
  await sink.write([
    {
      kind: 'upserted',
      table: 'products',
      id: 'B',
      row: bad,
      bytes: Buffer.from(JSON.stringify(bad)),
    } as never,
  ])
  await sink.commit()
  await sink.close()
  expect(told(events)).toEqual(['row-failed 0'])
})
