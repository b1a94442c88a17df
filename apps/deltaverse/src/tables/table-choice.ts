import type { RowQuery } from '@deltaverse/dataverse'
import type { FeedTerms } from '../job-file/job-file.js'
import { UsageError } from '../program/usage-error.js'

/** A table that was asked for, and its columns where not all of them are wanted. */
export interface TableChoice {
  /** Logical name or entity set. */
  readonly name: string
  readonly columns?: readonly string[] | undefined
  /** How it is read, where that differs from the rest. */
  readonly feed?: FeedTerms | undefined
  /** What is asked in place of the whole table; then `name` is what the rows are kept as. */
  readonly query?: RowQuery | undefined
}

const name = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * `account`, or `account:name,accountnumber`.
 *
 * @throws UsageError that says which part is no name
 */
export function parseTableChoice(text: string): TableChoice {
  const [table = '', list, ...rest] = text.split(':')
  const columns = list?.split(',').map((column) => column.trim())
  const wrong = [table, ...(columns ?? []), ...rest].find((part) => !name.test(part))
  if (wrong !== undefined || rest.length > 0) {
    throw new UsageError(
      `--table takes a name, or a name and its columns such as account:name,accountnumber; not "${text}"`,
    )
  }
  return { name: table, columns }
}
