import { none } from 'stream-chain/core'
import { jsonVerifier } from 'stream-json/core/utils/verifier.js'

/** Where a JSON text stops being JSON, and why. */
export interface JsonSyntaxError {
  /** 1-based. */
  readonly line: number
  /** 1-based, in UTF-16 units. */
  readonly column: number
  /** 0-based, in UTF-16 units from the start of the text. */
  readonly offset: number
  readonly reason: string
}

export interface JsonVerifier {
  /** Looks at the next piece of the text. */
  push(text: string): JsonSyntaxError | undefined
  /** Tells whether the text may end here. */
  end(): JsonSyntaxError | undefined
}

/** Checks JSON text piece by piece and keeps count of lines, columns and characters. Not to be used after an error. */
export function createJsonVerifier(): JsonVerifier {
  const verify = jsonVerifier()
  const check = (input: string | typeof none): JsonSyntaxError | undefined => {
    try {
      verify(input as string)
      return undefined
    } catch (error) {
      return toSyntaxError(error)
    }
  }
  return { push: check, end: () => check(none) }
}

/** The first error in a JSON text, if there is one. */
export function findJsonSyntaxError(text: string): JsonSyntaxError | undefined {
  const verifier = createJsonVerifier()
  return verifier.push(text) ?? verifier.end()
}

function toSyntaxError(error: unknown): JsonSyntaxError {
  if (!(error instanceof Error && 'line' in error && 'pos' in error && 'offset' in error)) throw error
  const reason = error.message.replace(/^ERROR at [^:]*: (?:Verifier (?:cannot parse input: |has )?)?/, '')
  return { line: Number(error.line), column: Number(error.pos), offset: Number(error.offset), reason }
}
