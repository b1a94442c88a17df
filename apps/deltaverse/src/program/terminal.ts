import { createLogUpdate } from 'log-update'
import { oneLine } from './one-line.js'

/** Where the app prints. Only the result goes to stdout when it is for machines; then all else goes to stderr. */
export interface Terminal {
  /** A line for the user. */
  say(line: string): void
  /** A line on stderr, whatever goes to stdout: what went wrong. */
  warn(line: string): void
  /** A line that is only shown with `--trace`. */
  trace(line: string): void
  /** Replaces the progress line; shown on a terminal only. */
  progress(line: string): void
  /** The last word: the closing table, or the JSON report. Ends the progress line. */
  result(text: string): void
}

export interface TerminalOptions {
  readonly json: boolean
  readonly trace: boolean
}

/** Redrawing more often than this costs more than it shows. */
const redrawMs = 80

export function createTerminal({ json, trace }: TerminalOptions): Terminal {
  const { stdout, stderr } = process
  const showsProgress = stderr.isTTY === true
  const update = createLogUpdate(stderr)
  let drawnAtMs = 0
  const print = (stream: NodeJS.WriteStream, text: string): void => {
    if (showsProgress) update.clear()
    stream.write(`${text}\n`)
  }
  return {
    say: (line) => print(json ? stderr : stdout, oneLine(line)),
    warn: (line) => print(stderr, oneLine(line)),
    trace(line) {
      if (trace) print(stderr, `trace: ${oneLine(line)}`)
    },
    progress(line) {
      const now = Date.now()
      if (!showsProgress || now - drawnAtMs < redrawMs) return
      drawnAtMs = now
      update(line)
    },
    result(text) {
      print(stdout, text)
      if (showsProgress) update.done()
    },
  }
}
