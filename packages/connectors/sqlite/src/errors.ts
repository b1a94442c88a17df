import { DataverseError, isDataverseError } from '@deltaverse/core'
import type { SqlErrors } from '@deltaverse/sql'

interface Advice {
  readonly what: string
  readonly next: string
  readonly retryable?: boolean
}

// "Result and Error Codes" of SQLite's manual: the last eight bits say what it is, those before them more.
const advice: Readonly<Record<number, Advice>> = {
  5: {
    what: 'somebody else is writing to the file',
    next: 'See what holds it, or raise busyWaitMs; the next run goes on.',
    retryable: true,
  },
  8: { what: 'the file takes no writes', next: 'Check the rights on it and on its folder.' },
  10: {
    what: 'the disk failed',
    next: 'See the log of the system; nothing that was committed is lost.',
    retryable: true,
  },
  11: { what: 'the file is damaged', next: 'Put a copy of it back, with its -wal file if it has one.' },
  13: { what: 'the disk is full', next: 'Make room; the next run goes on, nothing is lost.' },
  14: {
    what: 'the file cannot be opened',
    next: 'Check that its folder is there and that its rights allow it.',
  },
  19: {
    what: 'a row breaks a constraint of the table',
    next: 'Drop the constraint, or mend the row in its source: a copy has to take what its source holds.',
  },
  26: { what: 'the file is no database', next: 'Name another file.' },
}

/** What of an error of the driver is looked at. */
interface DriverError {
  readonly message: string
  readonly errcode?: unknown
}

function codeOf(error: unknown): number {
  const { errcode } = (error ?? {}) as Partial<DriverError>
  return typeof errcode === 'number' ? errcode : 0
}

/** Whether somebody else holds a lock that a statement needs. The same statement again may get it. */
export function isBusy(error: unknown): boolean {
  // Not where what the transaction has read is no longer what is there: only a new transaction helps.
  return (codeOf(error) & 0xff) === 5 && codeOf(error) !== staleSnapshot
}

const staleSnapshot = 517
const uniqueViolation = 2067

/** Errors of the driver, as sinks look at them. */
export const sqliteErrors: SqlErrors = {
  explain(error, doing) {
    if (isDataverseError(error)) return error
    const isDrivers = codeOf(error) !== 0
    if (!isDrivers && (error instanceof TypeError || error instanceof RangeError)) return error
    const { message } = error as DriverError
    const code = codeOf(error)
    const isGone = /^no such (?:table|column)/.test(message)
    const found = advice[code & 0xff]
    const what = found?.what ?? (isGone ? 'a table or a column is gone' : 'SQLite refused it')
    const next =
      found?.next ??
      (isGone ? 'It was dropped or renamed while the sink was open: open it again.' : 'The message says why.')
    const said = isDrivers ? `${code}: ${message}` : message
    return new DataverseError(
      `${doing.charAt(0).toUpperCase()}${doing.slice(1)} failed: ${what} (${said}). ${next}`,
      {
        code: isGone ? 'sink-mismatch' : 'sink-failed',
        retryable: found?.retryable ?? false,
        cause: error,
      },
    )
  },
  // One writes at a time, so nobody is in anybody's way.
  isDeadlock: () => false,
  isUniqueViolation: (error) => codeOf(error) === uniqueViolation,
  // Too big, a constraint (the types of a STRICT table included), a mismatch of types.
  isRowFault: (error) => [18, 19, 20].includes(codeOf(error) & 0xff),
  isMissingTable: (error) => error instanceof Error && error.message.startsWith('no such table'),
}
