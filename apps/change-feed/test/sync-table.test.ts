import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type DataverseClient, systemClock } from '@deltaverse/client'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { describe, expect, it, onTestFinished } from 'vitest'
import { catalogue } from '../src/lib/catalogue.js'
import { type SyncNotice, syncTable } from '../src/lib/sync-table.js'
import { readTableState } from '../src/lib/table-state.js'
import { plainRows, rebuiltRows } from './support/rebuilt-table.js'
import { temporaryFolder } from './support/temporary-folder.js'

interface Scene {
  readonly emulator: Emulator
  readonly client: DataverseClient
  readonly directory: string
  /** Reads the table; breaks off when the notice of this kind has been heard that often. */
  read(stopAt?: SyncNotice['kind'], times?: number): Promise<SyncNotice[]>
  expectExact(): Promise<void>
}

async function createScene(): Promise<Scene> {
  const emulator = await startEmulator({ rows: { products: catalogue(120) } })
  const client = createClient({ url: emulator.url })
  const directory = temporaryFolder()
  onTestFinished(async () => {
    await client.close()
    await emulator.close()
  })
  return {
    emulator,
    client,
    directory,
    async read(stopAt, times = 1) {
      const notices: SyncNotice[] = []
      const reason = new Error('stopped')
      const reading = syncTable(client, {
        directory,
        feed: { entitySet: 'products', pageSize: 10, readAheadBytes: 0 },
        commitBytes: 1,
        clock: systemClock,
        onNotice: (notice) => {
          notices.push(notice)
          if (notices.filter(({ kind }) => kind === stopAt).length === times) throw reason
        },
      })
      await reading.catch((error: unknown) => {
        if (error !== reason) throw error
      })
      return notices
    },
    async expectExact() {
      const state = await readTableState(join(directory, 'products.checkpoint.json'))
      const rebuilt = rebuiltRows(join(directory, state?.file ?? ''))
      expect(plainRows(rebuilt.values())).toEqual(plainRows(emulator.table('products').rows()))
    },
  }
}

const kinds = (notices: readonly SyncNotice[]): string[] => notices.map(({ kind }) => kind)

describe('syncTable()', () => {
  it('goes on in the middle of a full read', async () => {
    const { read, expectExact } = await createScene()
    await read('committed', 4)
    const notices = await read()
    expect(notices[0]).toMatchObject({ kind: 'resumed', checkpoint: { phase: 'full-read' } })
    expect(kinds(notices)).not.toContain('reset')
    await expectExact()
  })

  it('begins the file again when the service refuses the saved next link', async () => {
    const { emulator, read, expectExact, directory } = await createScene()
    await read('committed', 4)
    emulator.faults.add({ url: /skiptoken/, status: 400, code: '0x80041129', times: 1 })
    const notices = await read()
    expect(notices).toContainEqual({ kind: 'reset', reason: 'initial', generation: 1 })
    expect(readdirSync(directory).sort()).toEqual(['products.checkpoint.json', 'products.ndjson'])
    await expectExact()
  })

  it('reads in full under the next generation when that was broken off as well', async () => {
    const { emulator, read, expectExact, directory } = await createScene()
    await read('committed', 4)
    emulator.faults.add({ url: /skiptoken/, status: 400, code: '0x80041129', times: 1 })
    await read('changes')
    const notices = await read()
    expect(notices).toContainEqual({ kind: 'reset', reason: 'requested', generation: 2 })
    expect(readdirSync(directory)).toContain('products.generation-2.ndjson')
    await expectExact()
  })

  it('asks again for a delta token that has expired until a resync has committed something', async () => {
    const { emulator, read, expectExact, directory } = await createScene()
    await read()
    emulator.deltaTokens.expireAll()
    await read('reset')
    await read('changes')
    emulator.table('products').remove(emulator.table('products').rows()[5]?.productid as string)
    const notices = await read()
    expect(notices).toContainEqual({ kind: 'reset', reason: 'token-expired', generation: 2 })
    expect(readdirSync(directory).sort()).toEqual([
      'products.checkpoint.json',
      'products.generation-2.ndjson',
      'products.ndjson',
    ])
    await expectExact()
  })

  it('stops by its signal, and goes on later', async () => {
    const { client, directory, read, expectExact } = await createScene()
    const stop = new AbortController()
    const reason = new Error('enough')
    const reading = syncTable(client, {
      directory,
      feed: { entitySet: 'products', pageSize: 10 },
      clock: systemClock,
      signal: stop.signal,
      onNotice: ({ kind }) => {
        if (kind === 'changes') stop.abort(reason)
      },
    })
    await expect(reading).rejects.toBe(reason)
    await read()
    await expectExact()
  })

  it('reads everything again when the checkpoint is of another environment', async () => {
    const { client, directory, read, expectExact } = await createScene()
    await read()
    const notices: SyncNotice[] = []
    await syncTable(client, {
      directory,
      feed: { entitySet: 'products' },
      environmentId: 'another',
      clock: systemClock,
      onNotice: (notice) => notices.push(notice),
    })
    expect(kinds(notices)).toContain('other-environment')
    expect(notices).toContainEqual({ kind: 'reset', reason: 'requested', generation: 2 })
    await expectExact()
  })
})
