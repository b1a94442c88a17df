import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { GapCase } from '../gap/gap-case.js'
import type { BenchOptions } from '../options.js'
import { runJob } from '../writer/job-process.js'
import type { FeedRun, ManyRowsRun } from './fingerprint-job.js'
import type { FingerprintReport } from './fingerprint-report.js'
import type { FingerprintJob } from './run-fingerprints.js'

const feedKinds = ['none', 'empty', 'full'] as const

/** Measures what a fingerprint store costs a feed, and how it does with many rows, ten million by default. */
export async function runFingerprintBench(
  { rounds, pages, quick }: BenchOptions,
  folder: string,
  showProgress: (text: string) => void,
): Promise<FingerprintReport> {
  const directory = join(folder, 'fingerprints')
  const run = async <Done>(job: FingerprintJob): Promise<Done> => {
    const done = await runJob<Done>('../fingerprints/run-fingerprints.js', job)
    await rm(directory, { recursive: true, force: true })
    return done
  }
  const feeds: FeedRun[][] = []
  const server = fork(new URL('../gap/gap-server.js', import.meta.url))
  try {
    const [serviceRoot] = (await once(server, 'message')) as [string]
    const table: GapCase = { name: 'accounts', read: 'full-read', columns: 'wide', pages }
    server.send(table)
    await once(server, 'message')
    for (let round = 1; round <= rounds; round += 1) {
      const runs: FeedRun[] = []
      for (const fingerprints of feedKinds) {
        showProgress(`feed, round ${round} of ${rounds}, fingerprints: ${fingerprints}`)
        runs.push(await run({ kind: 'feed', fingerprints, serviceRoot, directory }))
      }
      if (new Set(runs.map(({ rows }) => rows)).size !== 1)
        throw new Error(`rows differ: ${JSON.stringify(runs)}`)
      feeds.push(runs)
    }
  } finally {
    server.disconnect()
    await once(server, 'exit')
  }
  const rows = pages * (quick ? 25_000 : 250_000)
  showProgress(`a fingerprint store of ${rows} rows`)
  const manyRows = await run<ManyRowsRun>({ kind: 'many rows', rows, directory })
  const [date = ''] = new Date().toISOString().split('T')
  return { date, node: process.versions.node, cores: cpus().length, rounds, feeds, manyRows }
}
