import type { RunListener } from '../events/event-hub.js'
import type { Terminal } from '../program/terminal.js'

/** A line of text for whatever people read. */
export function createTextLog(terminal: Terminal): RunListener {
  return (_event, words) => {
    if (words === undefined) return
    if (words.level === 'trace') terminal.trace(words.text)
    else if (words.level === 'warn') terminal.warn(words.text)
    else terminal.say(words.text)
  }
}
