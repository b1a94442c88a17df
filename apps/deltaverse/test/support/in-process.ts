import type { CommandContext, CommandResult } from '../../src/command-line/command-context.js'

/** What a command is given by tests that run it without a process of its own. */
export function quietContext(signal: AbortSignal = new AbortController().signal): CommandContext {
  const silent = (): void => {}
  return {
    terminal: { say: silent, warn: silent, trace: silent, progress: silent, result: silent },
    tell: silent,
    signal,
    env: {},
  }
}

/** The first table of a report. */
// biome-ignore lint/suspicious/noExplicitAny: tests say which members they expect
export function tableOf({ report }: CommandResult): any {
  return (report.tables as readonly unknown[])[0]
}
