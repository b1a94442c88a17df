import { type CallOptions, DataverseError } from '@deltaverse/core'

/** Stops a sync that would delete more of a table than anybody is likely to have meant. */
export interface DeleteGuard {
  /**
   * @param deletions how many the read under way has brought so far, those to come next included
   * @throws DataverseError `too-many-deletions`
   */
  check(deletions: number, known: KnownRows, call: CallOptions): Promise<void>
}

interface KnownRows {
  /** Rows that the sink holds; `undefined` before the first full read is through, and then nothing is stopped. */
  readonly rows: number | undefined
  /** Deltas without a fingerprint store do not tell creations from updates, so there may be more rows than are known of. */
  readonly mayBeMore: boolean
}

export interface DeleteGuardOptions {
  readonly name: string
  readonly table: string
  readonly maxDeleteShare: number
  /** Rows in the table, as far as it can be told. */
  readonly countRows: (call: CallOptions) => Promise<number | undefined>
}

/** Fewer deletions than this are never stopped: small tables may well be emptied. */
const leastDeletions = 100

export function createDeleteGuard(options: DeleteGuardOptions): DeleteGuard {
  const { maxDeleteShare, countRows } = options
  let asked: { readonly behind: number; readonly inTable: number | undefined } | undefined

  /** Asked once in each read: the deletions of one read only grow. */
  async function rowsInTable(deletions: number, call: CallOptions): Promise<number | undefined> {
    if (asked === undefined || deletions < asked.behind) {
      asked = { behind: deletions, inTable: await countRows(call) }
    }
    return asked.inTable
  }

  return {
    async check(deletions, { rows, mayBeMore }, call) {
      const isTooMany = (of: number): boolean => deletions > maxDeleteShare * of
      if (rows === undefined || deletions < leastDeletions || maxDeleteShare >= 1 || !isTooMany(rows)) return
      const inTable = mayBeMore ? await rowsInTable(deletions, call) : undefined
      const known = inTable === undefined ? rows : Math.max(rows, inTable + deletions)
      if (isTooMany(known)) throw tooManyDeletions(options, deletions, known)
    },
  }
}

function tooManyDeletions(options: DeleteGuardOptions, deletions: number, rows: number): DataverseError {
  const { name, table, maxDeleteShare } = options
  const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`
  const of = rows === 0 ? '' : ` (${percent(Math.min(1, deletions / rows))})`
  return new DataverseError(
    `"${name}" stopped before it would delete ${deletions} of the ${rows} rows of ${table} that are known${of}; at most ${percent(maxDeleteShare)} may go in one read. Look at the table. If they are to go, run once with maxDeleteShare: 1; if the table was wrong and is mended, run once with restart: true. Nothing is lost by the stop`,
    { code: 'too-many-deletions' },
  )
}
