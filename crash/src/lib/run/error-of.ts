import { isDataverseError } from '@deltaverse/contract'
import type { RunError } from './trace.js'

/** An error as it goes into a trace. */
export function errorOf(thrown: unknown): RunError {
  if (isDataverseError(thrown)) return { code: thrown.code, message: thrown.message }
  if (thrown instanceof Error) return { code: 'unexpected', message: thrown.stack ?? thrown.message }
  return { code: 'unexpected', message: String(thrown) }
}
