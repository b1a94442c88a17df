import type { TerminalOptions } from '../program/terminal.js'

/** What a run says, where, and in which form. */
export interface OutputSettings extends TerminalOptions {
  /** `json`: each line is an object with its time, on stderr. Default: text. */
  readonly log?: 'text' | 'json' | undefined
  /** File that every event goes to, as NDJSON; `-` is standard output. */
  readonly events?: string | undefined
  /** File of the page with plots. */
  readonly report?: string | undefined
  /** Between two lines that say how far it is, where nobody sees bars; 0 turns them off. */
  readonly heartbeatMs?: number | undefined
}
