import { isDataverseError } from '@deltaverse/core'
import type { RunError } from './trace.js'

/** An error as it goes into a trace. */
export function errorOf(thrown: unknown): RunError {
  if (isDataverseError(thrown)) return { code: thrown.code, message: thrown.message }
  if (thrown instanceof Error) return { code: 'unexpected', message: thrown.stack ?? thrown.message }
  return { code: 'unexpected', message: String(thrown) }
}
