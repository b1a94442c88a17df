import { fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { BenchOptions } from '../options.js'
import { runJob } from '../writer/job-process.js'
import { type GapCase, type GapResult, type GapRun, gapCases, gapPageSize } from './gap-case.js'
import type { GapReport } from './gap-report.js'
import type { GapJob } from './run-gap.js'

/** Measures what closing the gap of reads of several pages costs, against the same reads without. */
export async function runGapBench(
  { rounds, pages }: BenchOptions,
  folder: string,
  showProgress: (text: string) => void,
): Promise<GapReport> {
  const server = fork(new URL('./gap-server.js', import.meta.url))
  const [serviceRoot] = (await once(server, 'message')) as [string]
  const results: GapResult[] = []
  try {
    for (const one of gapCases(pages)) {
      server.send(one)
      await once(server, 'message')
      const guarded: GapRun[] = []
      const bare: GapRun[] = []
      for (let round = 1; round <= rounds; round += 1) {
        // Next to each other, so that what disturbs the machine for a while disturbs both.
        for (const gapGuard of round % 2 === 0 ? [true, false] : [false, true]) {
          showProgress(`${one.name}, round ${round} of ${rounds}: ${gapGuard ? 'guarded' : 'bare'}`)
          const outFile = join(folder, 'out')
          const job: GapJob = { serviceRoot, read: one.read, gapGuard, outFile }
          const run = await runJob<GapRun>('../gap/run-gap.js', job)
          requireRows(one, run, gapGuard)
          ;(gapGuard ? guarded : bare).push(run)
        }
      }
      results.push({ case: one, guarded, bare })
    }
  } finally {
    server.disconnect()
    await once(server, 'exit')
  }
  const [date = ''] = new Date().toISOString().split('T')
  return { date, node: process.versions.node, cores: cpus().length, rounds, results }
}

/** A delta of several pages hands its first page on twice: whether there are more shows at its end. */
function requireRows({ read, pages }: GapCase, { rows }: GapRun, gapGuard: boolean): void {
  const handedOn = read === 'delta' && pages > 1 && gapGuard ? pages + 1 : pages
  if (rows === handedOn * gapPageSize) return
  throw new Error(`a ${read} of ${pages} pages handed on ${rows} rows, not ${handedOn * gapPageSize}`)
}
