import { isDataverseError } from '@deltaverse/core'
import { codeOf } from '@deltaverse/durable-files'
import { proxyRefusal } from '../environment/proxy-refusal.js'
import { oneLine } from './one-line.js'

/** What the packages call options of a program are options of a command line here. */
const flags: readonly (readonly [said: string, flag: string])[] = [
  ['restart: true', '--restart'],
  ['within connectTimeoutMs', 'within --connect-timeout'],
  ['within headersTimeoutMs', 'within --headers-timeout'],
  ['stalled for bodyTimeoutMs', 'stalled for --body-timeout'],
  ['pass a dispatcher with its ca', 'name the file of its certificate with --ca'],
  ['define one first', 'define one first, with deltaverse keys TABLE --ensure COLUMNS'],
  ['maxDeleteShare: 1', '--max-delete-share 1'],
  ['set onMismatch to "reset"', 'add --on-mismatch reset'],
  ['raise maxRecordBytes or select fewer columns', 'name fewer columns with --select'],
]

/** What a report says of an error. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error)
  const code = isDataverseError(error) ? error.code : (codeOf(error) ?? 'unexpected')
  return { code, message: inFlags(oneLine(message)) + ofProxy(error) }
}

/** What a proxy answered when it was asked for a way through. */
function ofProxy(error: unknown): string {
  const status = proxyRefusal(error)
  if (status === undefined) return ''
  const remedy =
    status === 407
      ? 'the user and password in HTTPS_PROXY or HTTP_PROXY'
      : 'HTTPS_PROXY, HTTP_PROXY and NO_PROXY'
  return ` The proxy refused with ${status}: check ${remedy}.`
}

function inFlags(message: string): string {
  return flags.reduce((text, [said, flag]) => text.replaceAll(said, flag), message)
}
