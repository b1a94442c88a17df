import { describeError } from '../program/describe-error.js'
import { exitCodes } from '../program/exit-codes.js'
import { listenForStopSignals } from '../program/stop-signals.js'
import { createTerminal, type TerminalOptions } from '../program/terminal.js'
import { UsageError } from '../program/usage-error.js'
import type { CommandContext, CommandResult, CommandWork } from './command-context.js'

/**
 * Runs one command to its end, prints what it has to say, and resolves with the exit code.
 *
 * @param load brings the work; it is called once the terminal and the signals are there
 * @throws UsageError for arguments that turn out wrong when they are used
 */
export async function runCommand(
  output: TerminalOptions,
  load: () => Promise<CommandWork>,
  env: CommandContext['env'],
): Promise<number> {
  const terminal = createTerminal(output)
  const stop = listenForStopSignals()
  try {
    const { report, text } = await resultOf(load, { terminal, signal: stop.signal, env })
    const exitCode = stop.exitCode() ?? report.exitCode
    const told = { ...report, ok: report.ok && exitCode === exitCodes.done, exitCode }
    if (output.json) terminal.result(JSON.stringify(told))
    else if (text !== '') terminal.result(text)
    if (report.error !== undefined) terminal.warn(`failed: ${report.error.message}`)
    if (stop.exitCode() !== undefined)
      terminal.warn('Stopped. What was committed is kept; the next run goes on from there.')
    return exitCode
  } finally {
    stop.dispose()
  }
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
