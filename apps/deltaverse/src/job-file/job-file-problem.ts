import { UsageError } from '../program/usage-error.js'

/** Where something stands in a file, from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is wrong in a job file, with its place. */
export function jobFileProblem(path: string, place: Place | undefined, what: string): UsageError {
  const where = place === undefined ? path : `${path}, line ${place.line}, column ${place.column}`
  return new UsageError(`${where}: ${what}`)
}
