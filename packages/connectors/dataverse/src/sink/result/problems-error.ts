import { DataverseError } from '@deltaverse/core'
import type { RowProblem } from './row-problem.js'

/** The error of a row that cannot be written. */
export function problemsError(
  table: string,
  problems: readonly RowProblem[],
  cause?: unknown,
): DataverseError {
  const details = problems.map(({ column, message }) => `column '${column}': ${message}`).join('; ')
  return new DataverseError(`A row of table '${table}' cannot be written: ${details}.`, {
    code: 'row-rejected',
    cause,
  })
}
