import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generate } from 'selfsigned'
import { checkBars } from './bars.js'
import { formatGapReport } from './gap/gap-report.js'
import { type BenchOptions, parseOptions, usage } from './options.js'
import { type Case, memoryCases, speedCases, tableOf } from './plan.js'
import { formatReport, type Report } from './report.js'
import type { CaseResult } from './result.js'
import type { Done } from './run-variant.js'
import { type ServerProcess, startServer } from './server-process.js'
import type { Prepared } from './table.js'
import { runVariant } from './variant-process.js'
import { formatWriterReport } from './writer/writer-report.js'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined
  try {
    options = parseOptions(args)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    return 2
  }
  if (options === undefined) {
    console.log(usage)
    return 0
  }
  const folder = await mkdtemp(join(tmpdir(), 'deltaverse-bench-'))
  try {
    const { name, text } = await runSuite(options, folder)
    console.log(text)
    if (options.write) console.log(`Written to ${await keep(name, text)}`)
    return 0
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface FinishedReport {
  /** Of its file, without ending. */
  readonly name: string
  readonly text: string
}

function runSuite(options: BenchOptions, folder: string): Promise<FinishedReport> {
  if (options.writer) return benchWriter(options)
  return options.gap ? benchGap(options, folder) : benchFeed(options, folder)
}

async function benchFeed(options: BenchOptions, folder: string): Promise<FinishedReport> {
  const report = await runBench(options, folder)
  return { name: `${report.date}-node${report.node}`, text: formatReport(report) }
}

async function benchWriter(options: BenchOptions): Promise<FinishedReport> {
  const { runWriterBench } = await import('./writer/run-writer-bench.js')
  const report = await runWriterBench(options, showProgress)
  showProgress('')
  return { name: `${report.date}-node${report.node}-writer`, text: formatWriterReport(report) }
}

async function benchGap(options: BenchOptions, folder: string): Promise<FinishedReport> {
  const { runGapBench } = await import('./gap/run-gap-bench.js')
  const report = await runGapBench(options, folder, showProgress)
  showProgress('')
  return { name: `${report.date}-node${report.node}-gap`, text: formatGapReport(report) }
}

async function runBench({ rounds, pages, quick }: BenchOptions, folder: string): Promise<Report> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  await writeFile(join(folder, 'cert.pem'), cert)
  const server = await startServer(key, cert)
  try {
    const speed = await runRounds(speedCases(pages), rounds, server, folder)
    const memory = await runRounds(memoryCases(quick), rounds, server, folder)
    const [date = ''] = new Date().toISOString().split('T')
    const bars = checkBars(speed, memory)
    return { date, node: process.versions.node, cores: cpus().length, rounds, speed, memory, bars }
  } finally {
    await server.stop()
  }
}

/** Every case once, then every case again: what disturbs the machine for a while disturbs all of them. */
async function runRounds(
  cases: readonly Case[],
  rounds: number,
  server: ServerProcess,
  folder: string,
): Promise<readonly CaseResult[]> {
  const results = cases.map((one) => ({ case: one, rows: 0, bytes: 0, costs: [] as Done['cost'][] }))
  for (let round = 1; round <= rounds; round += 1) {
    for (const result of results) {
      showProgress(`round ${round} of ${rounds}: ${result.case.variant}, ${result.case.wire}`)
      const served = await server.prepare(tableOf(result.case))
      const { seen, cost } = await runCase(result.case, served, folder)
      if ((seen.rows ?? served.rows) !== served.rows || (seen.bytes ?? served.bytes) !== served.bytes) {
        throw new Error(`"${result.case.variant}" saw ${JSON.stringify(seen)} of ${JSON.stringify(served)}`)
      }
      result.rows = served.rows
      result.bytes = served.bytes
      result.costs.push(cost)
    }
  }
  showProgress('')
  return results
}

function runCase({ variant, pageSize }: Case, served: Prepared, folder: string): Promise<Done> {
  const source = { serviceRoot: served.serviceRoot, pageSize, outFile: join(folder, 'out') }
  return runVariant({ variant, source }, join(folder, 'cert.pem'))
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

async function keep(name: string, text: string): Promise<string> {
  const results = fileURLToPath(new URL('../results/', import.meta.url))
  await mkdir(results, { recursive: true })
  await writeFile(join(results, `${name}.md`), text)
  return `bench/results/${name}.md`
}
