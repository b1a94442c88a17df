import { type Output, openOutput } from '../output/open-output.js'
import type { OutputSettings } from '../output/output-settings.js'
import { describeError } from '../program/describe-error.js'
import { exitCodes } from '../program/exit-codes.js'
import { listenForStopSignals, type StopSignals } from '../program/stop-signals.js'
import { UsageError } from '../program/usage-error.js'
import type { CommandContext, CommandResult, CommandWork } from './command-context.js'
import type { CommandReport } from './command-report.js'

export interface CommandTerms {
  /** What it is called. */
  readonly name: string
  readonly output: OutputSettings
  /** Brings the work; it is called once the terminal and the signals are there. */
  readonly load: () => Promise<CommandWork>
  readonly env: CommandContext['env']
}

/**
 * Runs one command to its end, prints what it has to say, and resolves with the exit code.
 *
 * @throws UsageError for arguments that turn out wrong when they are used
 */
export async function runCommand({ name, output: settings, load, env }: CommandTerms): Promise<number> {
  const output = await openOutput(settings)
  const { terminal, hub } = output
  const stop = listenForStopSignals()
  try {
    hub.tell({ kind: 'run-began', command: name })
    const result = await resultOf(load, { terminal, tell: hub.tell, signal: stop.signal, env })
    const report = closingReport(result, stop)
    const { ok, exitCode, error } = report
    hub.tell({ kind: 'run-ended', ok, exitCode, report })
    if (settings.json) terminal.result(JSON.stringify(report))
    else if (result.text !== '') terminal.result(result.text)
    if (error !== undefined) terminal.warn(`failed: ${error.message}`)
    if (exitCode > 128) terminal.warn('Stopped. What was committed is kept; the next run goes on from there.')
    return await closed(output, report)
  } catch (error) {
    await output.close()
    throw error
  } finally {
    stop.dispose()
  }
}

/** A signal is a failure, unless it is how the work is meant to end. */
function closingReport({ report, endsOnSignal = false }: CommandResult, stop: StopSignals): CommandReport {
  const ofSignal = endsOnSignal && stop.isWish() ? undefined : stop.exitCode()
  const exitCode = ofSignal ?? report.exitCode
  return { ...report, ok: report.ok && exitCode === exitCodes.done, exitCode }
}

async function closed(output: Output, report: CommandReport): Promise<number> {
  const { exitCode } = report
  const failure = await output.close(report)
  if (failure === undefined) return exitCode
  output.terminal.warn(`what was to be written about the run is incomplete: ${failure.message}`)
  return exitCode === exitCodes.done ? exitCodes.failed : exitCode
}

async function resultOf(load: () => Promise<CommandWork>, context: CommandContext): Promise<CommandResult> {
  try {
    const work = await load()
    return await work(context)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const isStop = context.signal.aborted && error === context.signal.reason
    const failed = { ok: false, exitCode: exitCodes.failed }
    return { report: isStop ? failed : { ...failed, error: describeError(error) }, text: '' }
  }
}
