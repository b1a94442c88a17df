import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRunner } from '../read/runner.js'
import { closeAfter } from '../sync.js'
import { type ComparedBucket, compareLists } from './compare-lists.js'
import { compareValues } from './compare-values.js'
import { listSides, overhear } from './list-sides.js'
import { createRowRepair } from './repair-rows.js'
import {
  type RowDifference,
  toVerifySettings,
  type VerifyOptions,
  type VerifySettings,
} from './verify-options.js'

/** How a sink compares with its table. */
export interface VerifySummary {
  readonly name: string
  /** Whether nothing differed. */
  readonly ok: boolean
  /** Rows when they were listed. */
  readonly rowsInTable: number
  readonly rowsInSink: number
  readonly missing: number
  readonly stale: number
  readonly extra: number
  /** Rows of the right version and other values: somebody wrote to the target. 0 where values were not compared. */
  readonly altered: number
  /** Whether values were compared, or keys and versions alone: by the option, or for want of a sink that can tell. */
  readonly comparedValues: boolean
  /** Rows that are on both sides and could be compared by their keys only, for want of a version. */
  readonly unversioned: number
  /** The first differences, as many as were asked for. */
  readonly sample: readonly RowDifference[]
  /** Rows that were written to the sink or taken away from it. */
  readonly repaired: number
  readonly elapsedMs: number
}

/** How many rows are read again at a time, from as many buckets as it takes: each of them has few. */
const repairGroup = 500

/**
 * Compares what a sink holds with its table, by keys, row versions and, where the sink can tell, values, after it was brought up to date; and mends it when it
 * is told to. Takes the lease of the sync, so that nobody writes meanwhile; the table may go on changing.
 *
 * @throws TypeError for a sink that cannot tell what it holds; what `sync()` throws
 */
export async function verify<Position, R extends object>(
  given: VerifyOptions<Position, R>,
): Promise<VerifySummary> {
  const options = toVerifySettings(given)
  const { clock } = options.sync
  const beganAtMs = clock.now()
  const overheard = overhear(options.source)
  const runner = createRunner({ ...options.sync, source: overheard.source })
  const figures = await closeAfter(runner, async () => {
    await runner.read()
    const session = await runner.open()
    const { call } = session.parts
    const folder = await mkdtemp(join(options.temporaryDirectory ?? tmpdir(), 'deltaverse-verify-'))
    try {
      const sides = await listSides(options, overheard, runner, folder, call)
      const repair = options.repair ? createRowRepair(session, options.source, call) : undefined
      const { differing } = options.sink
      const comparesValues = options.compare === 'values' && differing !== undefined
      const lists = compareLists(sides, call)
      const compared = comparesValues
        ? compareValues(lists, options.source, (rows, of) => differing.call(options.sink, rows, of), call)
        : lists
      return { ...(await countDifferences(options, compared, repair)), comparedValues: comparesValues }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
  return { name: options.sync.name, ...figures, elapsedMs: clock.now() - beganAtMs }
}

async function countDifferences<Position, R extends object>(
  { sampleSize, onDifference }: VerifySettings<Position, R>,
  compared: AsyncIterable<ComparedBucket>,
  repair: ReturnType<typeof createRowRepair> | undefined,
): Promise<Omit<VerifySummary, 'name' | 'elapsedMs' | 'comparedValues'>> {
  const counts = { missing: 0, stale: 0, extra: 0, altered: 0 }
  const sample: RowDifference[] = []
  let rowsInTable = 0
  let rowsInSink = 0
  let unversioned = 0
  let repaired = 0
  let toRepair: RowDifference[] = []

  async function repairThose(): Promise<void> {
    const differences = toRepair
    toRepair = []
    if (differences.length > 0) repaired += (await repair?.repair(differences)) ?? 0
  }

  for await (const bucket of compared) {
    rowsInTable += bucket.rowsInTable
    rowsInSink += bucket.rowsInSink
    unversioned += bucket.unversioned
    for (const difference of bucket.differences) {
      counts[difference.kind] += 1
      if (sample.length < sampleSize) sample.push(difference)
      await onDifference(difference)
      if (repair === undefined) continue
      toRepair.push(difference)
      if (toRepair.length === repairGroup) await repairThose()
    }
  }
  await repairThose()
  await repair?.finish()
  const ok = counts.missing + counts.stale + counts.extra + counts.altered === 0
  return { ok, rowsInTable, rowsInSink, ...counts, unversioned, sample, repaired }
}
