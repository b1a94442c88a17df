import { basename } from 'node:path'
import { performance } from 'node:perf_hooks'
import { exitCodes } from 'deltaverse/program'
import { createRequestCounter } from 'deltaverse/report'
import { replayProducts, syncProducts } from '../lib/sync-products.js'
import type { RunReport, SyncReport } from '../lib/sync-report.js'
import { connect } from './connect.js'
import type { SyncSettings } from './settings.js'

export interface CommandContext {
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A file, or dead letters, against an environment. */
export async function runSyncCommand(settings: SyncSettings, context: CommandContext): Promise<RunReport> {
  const report = await syncFile(settings, context)
  return reportOn([{ title: basename(settings.file), ...report }], settings.dryRun)
}

/** One sync, with a client of its own. */
export async function syncFile(
  settings: SyncSettings,
  { say, signal, env }: CommandContext,
): Promise<SyncReport> {
  const counter = createRequestCounter()
  const { url, allowInsecureHttp, file } = settings
  const client = await connect({ url, allowInsecureHttp, env, say, interceptor: counter.interceptor })
  try {
    const job = { ...settings, deadLetterFile: settings.deadLetters ?? `${file}.rejected.ndjson` }
    const context = { client, counter, signal, now: () => performance.now() }
    return await (settings.kind === 'replay' ? replayProducts(job, context) : syncProducts(job, context))
  } finally {
    const closing = client.close()
    // One that was stopped does not wait for what was under way.
    if (signal.aborted) closing.catch(() => undefined)
    else await closing
  }
}

/** What runs come to. */
export function reportOn(runs: RunReport['runs'], dryRun: boolean): RunReport {
  const partly = runs.some(({ failed, withheld }) => failed > 0 || withheld !== undefined)
  const exitCode = partly ? exitCodes.partlyFailed : exitCodes.done
  return { ok: !partly, exitCode, dryRun, runs }
}
