import type { Terminal } from '../program/terminal.js'

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal
  /** Aborts at the first signal that asks the program to stop. */
  readonly signal: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How a command ended, and what it has to say. */
export interface CommandResult {
  /** What `--json` prints. */
  readonly report: CommandReport
  /** What people read instead; nothing for an empty text. */
  readonly text: string
}

export interface CommandReport {
  readonly ok: boolean
  readonly exitCode: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly [member: string]: unknown
}

/** Does the work of a command; loaded when it is called for. */
export type CommandWork = (context: CommandContext) => Promise<CommandResult>
