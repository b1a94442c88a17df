import { DataverseError } from '@deltaverse/core'

/** One row that a sink cannot keep, whatever else it holds. */
export class BadRowError extends DataverseError {
  readonly id: string
  /** Member of the row whose value it is, where it is one. */
  readonly member: string | undefined
  /** What is wrong, to be read behind the name of the row or the column; holds no value beyond a short one of that column. */
  readonly why: string

  constructor(message: string, facts: Pick<BadRowError, 'id' | 'member' | 'why'>) {
    super(message, { code: 'sink-failed' })
    this.id = facts.id
    this.member = facts.member
    this.why = facts.why
  }
}

/** Whether an error is about one row alone. */
export function isBadRow(error: unknown): error is BadRowError {
  return error instanceof BadRowError
}
