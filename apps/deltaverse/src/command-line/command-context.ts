import type { SharedGovernors } from '../environment/shared-governors.js'
import type { Tell } from '../events/event-hub.js'
import type { Terminal } from '../program/terminal.js'
import type { CommandReport } from './command-report.js'

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal
  /** Says what happens: to the log, to `--events`, and to the bars. */
  readonly tell: Tell
  /** Aborts at the first signal that asks the program to stop. */
  readonly signal: AbortSignal
  /** Keep the limits of an environment for all that work with it at the same time. Default: each for itself. */
  readonly governors?: SharedGovernors
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How a command ended, and what it has to say. */
export interface CommandResult {
  /** What `--json` prints. */
  readonly report: CommandReport
  /** What people read instead; nothing for an empty text. */
  readonly text: string
  /** Whether SIGINT and SIGTERM are how it is meant to end, so that they are no failure. Default: false. */
  readonly endsOnSignal?: boolean
}

/** Does the work of a command; loaded when it is called for. */
export type CommandWork = (context: CommandContext) => Promise<CommandResult>
