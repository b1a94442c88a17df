import type { DeadLetter } from '@deltaverse/dataverse'
import { oneLine } from '../program/one-line.js'

type Problem = NonNullable<DeadLetter<object>['problems']>[number]

/** What is wrong with a column, without its value: that is in the dead letter, which may lie where a log may not. */
const words: Readonly<Record<Problem['reason'], string>> = {
  'unknown-column': 'is no column of the table',
  'read-only': 'cannot be written',
  'wrong-value': 'has a value that it does not take',
  'unknown-label': 'has a label that there is none of',
  'wrong-table': 'points at a table that it cannot point at',
  'invalid-key': 'has a value that no key has',
  'missing-target': 'points at a row that is not there',
  'ambiguous-target': 'points at more than one row',
  empty: 'is empty',
  'wrong-form': 'is not in the form that is asked for',
}

/** Why a row was not written: by the columns that are to blame, where they are known, else as it was told. */
export function letterWords({ problems = [], message, status }: DeadLetter<object>): string {
  if (problems.length > 0)
    return problems.map(({ column, reason }) => `${column} ${words[reason]}`).join('; ')
  if (status === 'not-run') return 'the run was stopped before it was sent'
  return oneLine(message ?? 'it is not known why')
}
