import type { DataverseClient } from '@deltaverse/client'
import type { Row } from '@deltaverse/core'
import {
  createUpsertWriter,
  type UpsertWriter,
  type WriteEvent,
  type WriteSummary,
} from '@deltaverse/dataverse'
import type { RequestCounter } from 'deltaverse/report'
import { createDeadLetterFile, type DeadLetterFile, readDeadLetters } from './dead-letter-file.js'
import { checkShare, findGone, readFileKeys } from './gone-products.js'
import { planProducts } from './plan-products.js'
import type { Counts, ProductWork, ProductWriters } from './product-work.js'
import { readProductFile } from './read-product-file.js'
import { normalizeNumber, readStoredProducts, type StoredProducts } from './stored-products.js'
import type { SyncReport } from './sync-report.js'

/** What a sync needs to know. */
export interface SyncJob {
  /** The ERP's CSV file. */
  readonly file: string
  /** Where rows that fail are written. */
  readonly deadLetterFile: string
  readonly dryRun: boolean
  /** Whether products that are not in the file are deactivated. */
  readonly deactivate: boolean
  /** Largest share of the active products that may be deactivated, from 0 to 1. */
  readonly maxDeleteShare: number
  /** OData filter: products that it does not match are not deactivated. */
  readonly scope: string | undefined
  /** Rows that are compared, and written where they differ, in one go. */
  readonly batchSize: number
}

export interface SyncContext {
  readonly client: DataverseClient
  readonly counter: RequestCounter
  readonly signal: AbortSignal
  /** Milliseconds that only go on. */
  readonly now: () => number
}

function createProductWriters(client: DataverseClient, batchSize: number): ProductWriters {
  const common = {
    entitySet: 'products',
    key: ['productnumber'],
    batchSize,
    skipUnchanged: true,
    // Nobody waits for a single product at night, so what differs goes out together however long the reading takes.
    maxWaitMs: 60_000,
  }
  return {
    upsert: createUpsertWriter(client, common),
    deactivate: createUpsertWriter(client, { ...common, operation: 'deactivate' }),
  }
}

/**
 * Brings the products of a file into Dataverse by their product numbers: writes what is new or differs, and deactivates what
 * the file does not hold any more. The file is read once for its keys before anything is written, so a torn file writes nothing.
 *
 * @throws FileProblem, ShareExceeded; what `client.request` throws
 */
export async function syncProducts(job: SyncJob, context: SyncContext): Promise<SyncReport> {
  const { client, signal } = context
  const measure = startMeasuring(context)
  const keys = await readFileKeys(readProductFile(job.file, signal))
  const stored = await readStoredProducts(client, job.scope, signal)
  const allGone = job.deactivate ? findGone(stored, keys) : []
  const withheld = allGone.length > 0 && keys.withoutNumber > 0
  const gone = withheld ? [] : allGone
  checkShare(gone.length, stored.active.size, job.maxDeleteShare)
  const writers = createProductWriters(client, job.batchSize)
  const rows = withReturned(readProductFile(job.file, signal), stored)
  const work = { writers, rows, gone: gone.map((productnumber): Row => ({ productnumber })), signal }
  const done = job.dryRun ? await planProducts(work) : await writeProducts(work, job.deadLetterFile)
  return {
    ...done,
    ...measure(stored.active.size + stored.retired.size, keys.rows),
    ...(withheld && {
      withheld: `${allGone.length} products are gone, but ${keys.withoutNumber} rows have no product number and may be theirs`,
    }),
  }
}

/**
 * Writes dead letters again, each with the operation that it failed in.
 *
 * @throws what a letter that is none, or of another table, leads to
 */
export async function replayProducts(
  job: Pick<SyncJob, 'file' | 'deadLetterFile' | 'batchSize'>,
  context: SyncContext,
): Promise<SyncReport> {
  const { client, signal } = context
  const measure = startMeasuring(context)
  const writers = createProductWriters(client, job.batchSize)
  const letters = createDeadLetterFile(job.deadLetterFile)
  try {
    const upserted = await writers.upsert.replay(readDeadLetters(job.file, 'upsert'), {
      signal,
      onEvent: keep(letters, writers.upsert),
    })
    const deactivated = await writers.deactivate.replay(readDeadLetters(job.file, 'deactivate'), {
      signal,
      onEvent: keep(letters, writers.deactivate),
    })
    const counts = countsOf(upserted, deactivated, letters, job.deadLetterFile)
    const rows = upserted.rows + deactivated.rows
    return { ...counts, rows, ...measure(0, rows) }
  } finally {
    await letters.close()
  }
}

async function writeProducts({ writers, rows, gone, signal }: ProductWork, path: string): Promise<Counts> {
  const letters = createDeadLetterFile(path)
  try {
    const upserted = await writers.upsert.write(rows, { signal, onEvent: keep(letters, writers.upsert) })
    const onEvent = keep(letters, writers.deactivate)
    const deactivated =
      gone.length === 0 ? undefined : await writers.deactivate.write(gone, { signal, onEvent })
    return countsOf(upserted, deactivated, letters, path)
  } finally {
    await letters.close()
  }
}

function countsOf(
  { rows, created, updated, upserted, unchanged, superseded }: WriteSummary,
  deactivated: WriteSummary | undefined,
  letters: DeadLetterFile,
  path: string,
): Counts {
  return {
    rows,
    // Every row was compared first: what was there is an update, so what else was written was not there.
    created: created + upserted,
    updated,
    unchanged,
    superseded,
    deactivated: (deactivated?.updated ?? 0) + (deactivated?.upserted ?? 0),
    failed: letters.count(),
    ...(letters.count() > 0 && { deadLetters: path }),
  }
}

function keep(letters: DeadLetterFile, writer: UpsertWriter): (event: WriteEvent) => Promise<void> {
  return async (event) => {
    if (event.kind === 'row-failed') await letters.add(writer.toDeadLetter(event.result))
  }
}

/** A product that was deactivated and is in the file again becomes active again. */
async function* withReturned(
  rows: AsyncIterable<Row>,
  { retired }: StoredProducts,
): AsyncGenerator<Row, void, undefined> {
  for await (const row of rows) {
    const { productnumber } = row
    const returned = typeof productnumber === 'string' && retired.has(normalizeNumber(productnumber))
    yield returned ? { ...row, statecode: 0, statuscode: 1 } : row
  }
}

const naiveCallsPerRow = 7

function startMeasuring({
  counter,
  now,
}: SyncContext): (
  stored: number,
  rows: number,
) => Pick<SyncReport, 'requests' | 'seconds' | 'naiveRequests'> {
  const startMs = now()
  const before = counter.counts()
  return (stored, rows) => {
    const { reads, writes } = counter.counts()
    return {
      requests: { reads: reads - before.reads, writes: writes - before.writes },
      seconds: (now() - startMs) / 1_000,
      naiveRequests: stored + naiveCallsPerRow * rows,
    }
  }
}
