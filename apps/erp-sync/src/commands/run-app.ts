import { readFileSync } from 'node:fs'
import { exitCodes, listenForStopSignals, UsageError } from 'deltaverse/program'
import { describeError } from '../lib/describe-error.js'
import type { RunReport } from '../lib/sync-report.js'
import { formatReport } from './format-report.js'
import { parseArguments } from './parse-arguments.js'
import type { Settings } from './settings.js'
import type { CommandContext } from './sync-command.js'

/** Runs the app and resolves with its exit code. */
export async function runApp(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  try {
    const settings = parseArguments(argv, readVersion())
    return settings === undefined ? exitCodes.done : await runCommand(settings, env)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`wrong arguments: ${error.message}. See --help.`)
    return exitCodes.wrongArguments
  }
}

async function runCommand(settings: Settings, env: CommandContext['env']): Promise<number> {
  const say = settings.json ? console.error : console.log
  const stop = listenForStopSignals()
  try {
    const report = await reportOf(settings, { say, signal: stop.signal, env })
    const exitCode = stop.exitCode() ?? report.exitCode
    const final = { ...report, exitCode, ok: report.ok && exitCode === exitCodes.done }
    console.log(settings.json ? JSON.stringify(final) : formatReport(final))
    if (stop.exitCode() !== undefined) say('Stopped. What was written stays; run it again for the rest.')
    return exitCode
  } finally {
    stop.dispose()
  }
}

async function reportOf(settings: Settings, context: CommandContext): Promise<RunReport> {
  try {
    if (settings.kind === 'demo') {
      const { runDemoCommand } = await import('./demo-command.js')
      return await runDemoCommand(settings, context)
    }
    const { runSyncCommand } = await import('./sync-command.js')
    return await runSyncCommand(settings, context)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const failed = { ok: false, exitCode: exitCodes.failed, dryRun: settings.dryRun, runs: [] }
    const stopped = context.signal.aborted && error === context.signal.reason
    return stopped ? failed : { ...failed, error: describeError(error) }
  }
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
