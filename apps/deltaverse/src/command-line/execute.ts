import type { TerminalOptions } from '../program/terminal.js'
import type { CommandWork } from './command-context.js'

/** Runs the work of a command that was chosen. */
export type Execute = (output: TerminalOptions, load: () => Promise<CommandWork>) => Promise<void>
