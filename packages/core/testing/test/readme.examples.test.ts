// The code between the marks is what the README shows; a check of the repository compares the two.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  account,
  checkpoint,
  checkpointStoreContract,
  complete,
  createMemorySink,
  createMemoryStorage,
  deleted,
  idOf,
  reset,
  rowsOf,
  sinkContract,
  upserted,
} from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { storeHarness } from './harnesses.js'
import { createOurSink, readRows } from './json-sink.js'

// example: sink
let folder: string
const open = () => createOurSink(join(folder, 'accounts.json'))

const cases = sinkContract({
  async create() {
    folder = await mkdtemp(join(tmpdir(), 'our-sink-'))
    return open()
  },
  reopen: open,
  rows: () => readRows(join(folder, 'accounts.json')),
  dispose: () => rm(folder, { recursive: true }),
})

describe('our sink', () => {
  for (const { name, run } of cases) it(name, run)
})
// end

describe('the README', () => {
  it('runs cases in a loop, and says which one is not kept', async () => {
    const { create, reopen } = storeHarness()
    const loop = async () => {
      // example: loop
      for (const { name, run } of checkpointStoreContract({ create, reopen, holder: /worker \d+/ })) {
        await run().catch((cause: unknown) => {
          throw new Error(`our store does not keep "${name}"`, { cause })
        })
      }
      // end
    }
    await expect(loop()).rejects.toThrow('our store does not keep "gives a name to one holder at a time"')
  })

  it('makes events', async () => {
    const storage = createMemoryStorage()
    const sink = createMemorySink(storage)
    // example: events
    await sink.open(undefined)
    await sink.write([reset(1), account(1), account(2, { revenue: 1000 }), complete(1, 2), checkpoint()])
    await sink.write([upserted(idOf(1), { accountid: idOf(1), name: 'Renamed' }), deleted(idOf(2))])
    const position = await sink.commit()
    // end
    expect(position).toBe(storage.log.length)
    expect([...rowsOf(storage.log).values()]).toEqual([{ accountid: idOf(1), name: 'Renamed' }])
  })
})
