import type { OutputSettings } from '../output/output-settings.js'
import type { CommandWork } from './command-context.js'

/** Runs the work of a command that was chosen. */
export type Execute = (output: OutputSettings, load: () => Promise<CommandWork>) => Promise<void>
