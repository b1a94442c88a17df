import { isDataverseError } from '@deltaverse/core'
import { codeOf } from '@deltaverse/durable-files'
import { oneLine } from './one-line.js'

/** What the packages call options of a program are options of a command line here. */
const flags: readonly (readonly [said: string, flag: string])[] = [
  ['restart: true', '--restart'],
  ['define one first', 'define one first, with deltaverse keys TABLE --ensure COLUMNS'],
  ['maxDeleteShare: 1', '--max-delete-share 1'],
  ['set onMismatch to "reset"', 'add --on-mismatch reset'],
  ['raise maxRecordBytes or select fewer columns', 'name fewer columns with --select'],
]

/** What a report says of an error. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error)
  const code = isDataverseError(error) ? error.code : (codeOf(error) ?? 'unexpected')
  return { code, message: inFlags(oneLine(message)) }
}

function inFlags(message: string): string {
  return flags.reduce((text, [said, flag]) => text.replaceAll(said, flag), message)
}
