import { isDataverseError } from '@deltaverse/contract'
import { codeOf } from '@deltaverse/durable-files'
import { oneLine } from './one-line.js'

/** What a report says of an error. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error)
  const code = isDataverseError(error) ? error.code : (codeOf(error) ?? 'unexpected')
  return { code, message: oneLine(message) }
}
