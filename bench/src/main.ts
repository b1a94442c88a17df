import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatFingerprintReport } from './fingerprints/fingerprint-report.js'
import { formatGapReport } from './gap/gap-report.js'
import { formatLargeReport } from './large/large-report.js'
import { type BenchOptions, parseOptions, usage } from './options.js'
import { formatReport } from './report.js'
import { runFeedBench } from './run-feed-bench.js'
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
  if (options.large) return benchLarge(options, folder)
  if (options.fingerprints) return benchFingerprints(options, folder)
  return options.gap ? benchGap(options, folder) : benchFeed(options, folder)
}

async function benchFeed(options: BenchOptions, folder: string): Promise<FinishedReport> {
  const report = await runFeedBench(options, folder, showProgress)
  return { name: `${report.date}-node${report.node}`, text: formatReport(report) }
}

async function benchWriter(options: BenchOptions): Promise<FinishedReport> {
  const { runWriterBench } = await import('./writer/run-writer-bench.js')
  const report = await runWriterBench(options, showProgress)
  showProgress('')
  const part = options.cost ? '-cost' : options.loads ? '-loads' : ''
  return { name: `${report.date}-node${report.node}-writer${part}`, text: formatWriterReport(report) }
}

async function benchGap(options: BenchOptions, folder: string): Promise<FinishedReport> {
  const { runGapBench } = await import('./gap/run-gap-bench.js')
  const report = await runGapBench(options, folder, showProgress)
  showProgress('')
  return { name: `${report.date}-node${report.node}-gap`, text: formatGapReport(report) }
}

async function benchLarge(options: BenchOptions, folder: string): Promise<FinishedReport> {
  const { runLargeBench } = await import('./large/run-large-bench.js')
  const report = await runLargeBench(options, folder, showProgress)
  return { name: `${report.date}-node${report.node}-large`, text: formatLargeReport(report) }
}

async function benchFingerprints(options: BenchOptions, folder: string): Promise<FinishedReport> {
  const { runFingerprintBench } = await import('./fingerprints/run-fingerprint-bench.js')
  const report = await runFingerprintBench(options, folder, showProgress)
  showProgress('')
  return { name: `${report.date}-node${report.node}-fingerprints`, text: formatFingerprintReport(report) }
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
  else if (text !== '') process.stderr.write(`${text}\n`)
}

async function keep(name: string, text: string): Promise<string> {
  const results = fileURLToPath(new URL('../results/', import.meta.url))
  await mkdir(results, { recursive: true })
  await writeFile(join(results, `${name}.md`), `${text.trimEnd()}\n`)
  return `bench/results/${name}.md`
}
