import { isDataverseError } from '@deltaverse/core'
import { FileProblem } from './file-problem.js'
import { ShareExceeded } from './gone-products.js'

/** What a report says of an error. */
export function describeError(error: unknown): { readonly code: string; readonly message: string } {
  const message = error instanceof Error ? error.message : String(error)
  return { code: codeOf(error), message: message.replace(/\s*\n\s*/g, ' ') }
}

function codeOf(error: unknown): string {
  if (isDataverseError(error)) return error.code
  if (error instanceof ShareExceeded) return 'delete-share'
  if (error instanceof FileProblem) return 'file'
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'unexpected'
}
