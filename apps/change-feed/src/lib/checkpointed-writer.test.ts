import type { ChangeEvent, Checkpoint, Sink } from '@deltaverse/contract'
import { describe, expect, it } from 'vitest'
import { createCheckpointedWriter } from './checkpointed-writer.js'
import type { FilePosition } from './ndjson-file-sink.js'
import type { TableState } from './table-state.js'

const base: Checkpoint = {
  version: 1,
  environment: 'contoso.crm4.dynamics.com',
  entitySet: 'products',
  select: null,
  selectHash: 'f00',
  phase: 'full-read',
  generation: 1,
  nextLink: '/next',
  issuedAt: '2026-01-01T00:00:00.000Z',
}
const { nextLink: _, ...withoutNextLink } = base
const lastCheckpoint: Checkpoint = { ...withoutNextLink, phase: 'delta', deltaLink: '/delta' }

const reset = (generation: number): ChangeEvent => ({ kind: 'reset', reason: 'initial', generation })
const middle: ChangeEvent = { kind: 'checkpoint', checkpoint: base }
const end: ChangeEvent = { kind: 'checkpoint', checkpoint: lastCheckpoint }
const rowOf = (bytes: number): ChangeEvent => ({
  kind: 'upserted',
  entitySet: 'products',
  id: '00000000-0000-4000-8000-000000000001',
  rowVersion: '1',
  bytes: Buffer.alloc(bytes),
  row: {},
})

/** A writer on a sink that only counts, and everything it did in order. */
function createScene(state?: TableState, start = 0) {
  const log: string[] = []
  const states: TableState[] = []
  let nowMs = start
  let position: FilePosition = { file: 'products.ndjson', bytes: 0 }
  const writer = createCheckpointedWriter({
    state,
    saveState: async (next) => {
      log.push('save')
      states.push(next)
    },
    createSink: ({ onBegin }): Sink<FilePosition> => ({
      open: async () => undefined,
      async write(events) {
        for (const event of events) {
          if (event.kind === 'reset') {
            const file = event.generation === 1 ? 'products.ndjson' : `generation-${event.generation}`
            await onBegin(file)
            log.push(`begin ${file}`)
            position = { file, bytes: 0 }
          } else if (event.kind === 'upserted') {
            position = { ...position, bytes: position.bytes + event.bytes.length }
          }
        }
      },
      async commit() {
        log.push('commit')
        return position
      },
      close: async () => undefined,
    }),
    onCommitted: () => log.push('committed'),
    now: () => nowMs,
  })
  return {
    writer,
    log,
    states,
    wait: (ms: number) => {
      nowMs += ms
    },
  }
}

describe('createCheckpointedWriter()', () => {
  it('saves a checkpoint only behind a commit', async () => {
    const { writer, log, states } = createScene()
    await writer.write([reset(1), rowOf(10), end])
    expect(log).toEqual(['save', 'begin products.ndjson', 'commit', 'save', 'committed'])
    expect(states.at(-1)).toEqual({
      version: 1,
      file: 'products.ndjson',
      committedBytes: 10,
      checkpoint: lastCheckpoint,
    })
  })

  it('saves what lies before the checkpoint, and nothing behind it', async () => {
    const { writer, states } = createScene()
    await writer.write([reset(1), rowOf(10), end, rowOf(5)])
    expect(states.at(-1)?.committedBytes).toBe(10)
  })

  it('commits in the middle of a read only behind 8 MiB or a second', async () => {
    const { writer, log, wait } = createScene()
    await writer.write([reset(1)])
    for (let page = 0; page < 8; page += 1) await writer.write([rowOf(1024 * 1024 - 1), middle])
    expect(log.filter((word) => word === 'commit')).toHaveLength(0)
    await writer.write([rowOf(8), middle])
    expect(log.filter((word) => word === 'commit')).toHaveLength(1)
    wait(999)
    await writer.write([rowOf(1), middle])
    expect(log.filter((word) => word === 'commit')).toHaveLength(1)
    wait(1)
    await writer.write([rowOf(1), middle])
    expect(log.filter((word) => word === 'commit')).toHaveLength(2)
    await writer.write([rowOf(1), end])
    expect(log.filter((word) => word === 'commit')).toHaveLength(3)
  })

  it('keeps the old checkpoint while a later generation has committed nothing', async () => {
    const state: TableState = {
      version: 1,
      file: 'products.ndjson',
      committedBytes: 99,
      checkpoint: lastCheckpoint,
    }
    const { writer, states } = createScene(state)
    await writer.write([reset(2), rowOf(5)])
    expect(states).toEqual([{ ...state, begun: 'generation-2' }])
  })

  it('trusts a checkpoint no longer whose file is begun again', async () => {
    const state: TableState = {
      version: 1,
      file: 'products.ndjson',
      committedBytes: 99,
      checkpoint: base,
    }
    const { writer, states, log } = createScene(state)
    await writer.write([reset(1), rowOf(5)])
    expect(log).toEqual(['save', 'begin products.ndjson'])
    expect(states).toEqual([{ ...state, committedBytes: 0, rereading: true }])
    await writer.write([end])
    expect(states.at(-1)).toEqual({
      version: 1,
      file: 'products.ndjson',
      committedBytes: 5,
      checkpoint: lastCheckpoint,
    })
  })
})
