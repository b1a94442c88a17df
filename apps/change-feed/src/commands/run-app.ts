import { readFileSync } from 'node:fs'
import {
  createTerminal,
  describeError,
  exitCodes,
  listenForStopSignals,
  UsageError,
} from 'deltaverse/program'
import type { RunReport } from 'deltaverse/report'
import { parseArguments } from './parse-arguments.js'
import { printReport } from './print-report.js'
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

async function runCommand(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const terminal = createTerminal(settings)
  const stop = listenForStopSignals()
  try {
    const report = await reportOf(settings, { terminal, signal: stop.signal, env })
    const exitCode = stop.exitCode() ?? report.exitCode
    printReport(terminal, settings, { ...report, exitCode, ok: report.ok && exitCode === exitCodes.done })
    if (stop.exitCode() !== undefined) {
      terminal.say('Stopped. What was committed is kept; the next start goes on from there.')
    }
    return exitCode
  } finally {
    stop.dispose()
  }
}

async function reportOf(settings: Settings, context: CommandContext): Promise<RunReport> {
  try {
    // Each command is loaded when it is called for: `--help` needs neither, and only the demonstration an emulator.
    if (settings.kind === 'demo') {
      const { runDemoCommand } = await import('./demo-command.js')
      return await runDemoCommand(settings, context)
    }
    const { runSyncCommand } = await import('./sync-command.js')
    return await runSyncCommand(settings, context)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const failed = { ok: false, exitCode: exitCodes.failed, tables: [] }
    const stopped = context.signal.aborted && error === context.signal.reason
    return stopped ? failed : { ...failed, error: describeError(error) }
  }
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
