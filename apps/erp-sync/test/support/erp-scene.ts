import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@deltaverse/client'
import type { DeadLetter } from '@deltaverse/dataverse'
import { type Emulator, type EmulatorOptions, startEmulator } from '@deltaverse/emulator'
import { createRequestCounter } from 'deltaverse/report'
import { onTestFinished } from 'vitest'
import { replayProducts, type SyncJob, syncProducts } from '../../src/lib/sync-products.js'
import type { SyncReport } from '../../src/lib/sync-report.js'
import { temporaryFolder } from './temporary-folder.js'

/** An emulator with products, a file of the ERP, and syncs in this process. */
export interface ErpScene {
  readonly emulator: Emulator
  readonly deadLetterFile: string
  writeFile(text: string): void
  sync(job?: Partial<SyncJob>): Promise<SyncReport>
  replay(file: string): Promise<SyncReport>
  deadLetters(): DeadLetter[]
  /** Requests that may write, since the scene began. */
  writeRequests(): number
  product(number: string): Record<string, unknown> | undefined
}

export async function createErpScene(
  products: readonly Readonly<Record<string, unknown>>[],
  options: EmulatorOptions = {},
): Promise<ErpScene> {
  const emulator = await startEmulator({
    organization: { createproductswithoutparentinactivestate: true },
    ...options,
    rows: { products: products.map((row) => ({ quantitydecimal: 2, ...row })) },
  })
  const counter = createRequestCounter()
  const client = createClient({ url: emulator.url, interceptors: [counter.interceptor] })
  onTestFinished(async () => {
    await client.close()
    await emulator.close()
  })
  const folder = temporaryFolder()
  const file = join(folder, 'night.csv')
  const deadLetterFile = join(folder, 'rejected.ndjson')
  const context = { client, counter, signal: new AbortController().signal, now: () => 0 }
  const standard: SyncJob = {
    file,
    deadLetterFile,
    dryRun: false,
    deactivate: true,
    maxDeleteShare: 1,
    scope: undefined,
    batchSize: 100,
  }
  return {
    emulator,
    deadLetterFile,
    writeFile: (text) => writeFileSync(file, text),
    sync: (job) => syncProducts({ ...standard, ...job }, context),
    replay: (letters) =>
      replayProducts({ ...standard, file: letters, deadLetterFile: `${letters}.again` }, context),
    deadLetters: () => readLetters(deadLetterFile),
    writeRequests: () => emulator.requests.filter(({ method }) => method !== 'GET').length,
    product: (number) =>
      emulator
        .table('products')
        .rows()
        .find(({ productnumber }) => productnumber === number),
  }
}

function readLetters(path: string): DeadLetter[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DeadLetter)
}
