import { DataverseError, type ErrorCode, isDataverseError } from '@deltaverse/core'
import type { SqlErrors } from '@deltaverse/sql'

/** What can be done about an error of PostgreSQL, by its SQLSTATE or the first two characters of it. */
interface Advice {
  readonly what: string
  readonly next: string
  readonly retryable?: boolean
  readonly code?: ErrorCode
}

const lostConnection: Advice = {
  what: 'the connection to PostgreSQL was lost',
  next: 'Nothing is lost: the next run goes on from what was committed.',
  retryable: true,
}
const unreachable: Advice = {
  what: 'PostgreSQL cannot be reached',
  next: 'Check that the server runs and that host and port of the pool are right; the next run goes on.',
  retryable: true,
}

// Appendix "PostgreSQL Error Codes" of its manual.
const advice: Readonly<Record<string, Advice>> = {
  '08': lostConnection,
  '57P01': { ...lostConnection, what: 'the server ended the connection' },
  '57P02': { ...lostConnection, what: 'the server crashed' },
  '57P03': { ...unreachable, what: 'the server is starting up or shutting down' },
  '57014': {
    what: 'a statement was cancelled',
    next: 'If it was statement_timeout, raise that for the user of the pool; the next run goes on.',
    retryable: true,
  },
  '57P05': lostConnection,
  '25P03': {
    what: 'the server ended a transaction that was idle for too long',
    next: 'Raise idle_in_transaction_session_timeout; the next run goes on.',
    retryable: true,
  },
  '25006': {
    what: 'the server takes no writes',
    next: 'It may be a standby: let the pool connect to the primary; the next run goes on.',
    retryable: true,
  },
  '28': {
    what: 'PostgreSQL refused the login',
    next: 'Check user, password and database of the pool.',
  },
  '3D': { what: 'there is no such database', next: 'Check the database of the pool, or create it.' },
  '40': {
    what: 'other transactions were in the way',
    next: 'Several attempts failed; the next run goes on. See what else writes to the table.',
    retryable: true,
  },
  '42501': {
    what: 'a permission is missing',
    next: 'Grant it to the user of the pool, or create the table beforehand and set createTable: false.',
  },
  '42P01': {
    what: 'a table is gone',
    next: 'It was dropped or renamed while the sink was open: open it again.',
    code: 'sink-mismatch',
  },
  '42703': {
    what: 'a column is gone',
    next: 'It was dropped or renamed while the sink was open: open it again.',
    code: 'sink-mismatch',
  },
  '53100': {
    what: 'the disk of the server is full',
    next: 'Make room; the next run goes on, nothing is lost.',
  },
  '53200': {
    what: 'the server is out of memory',
    next: 'Later it may do; the next run goes on, nothing is lost.',
    retryable: true,
  },
  '53300': {
    what: 'the server has no connection left',
    next: 'Close some, lower max of the pool, or raise max_connections; the next run goes on.',
    retryable: true,
  },
  '55P03': {
    what: 'a lock was not to be had in time',
    next: 'Another transaction holds it, maybe that of a process which stands still (a session of ours ends by itself after staleAfterMs): see pg_stat_activity and pg_locks, or raise busyWaitMs; the next run goes on.',
    retryable: true,
  },
  '23505': {
    what: 'two rows have one value where the table takes it once',
    next: 'If the one gives it up in a later commit, make the constraint DEFERRABLE INITIALLY DEFERRED, or drop it: a copy has to take what its source holds. With soft deletions let it count rows without deleted_at only.',
  },
  '23': {
    what: 'a row breaks a constraint of the table',
    next: 'Drop the constraint, or mend the row in Dataverse: a copy has to take what its source holds.',
  },
  '22': {
    what: 'the database cannot hold a value',
    next: 'Its encoding should be UTF8, and triggers and generated columns should take every value of the source.',
  },
}

const networkCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

/** What of an error of the driver is looked at. */
interface DriverError {
  readonly message: string
  readonly code?: unknown
  readonly detail?: unknown
  readonly where?: unknown
  readonly constraint?: unknown
  readonly table?: unknown
  readonly column?: unknown
  readonly dataType?: unknown
}

/**
 * Makes a {@link DataverseError} `sink-failed` of what the driver threw; one that is a DataverseError already is handed back, and so
 * is a mistake in a program, such as a TypeError.
 *
 * @param doing what was being done, such as `writing to public.accounts`
 */
export function explainError(error: unknown, doing: string): Error {
  if (isDataverseError(error) || error instanceof TypeError || error instanceof RangeError) return error
  const { code } = error as DriverError
  const state = typeof code === 'string' ? code : ''
  const found = advice[state] ?? adviceOfNetwork(state, messageOf(error)) ?? advice[state.slice(0, 2)]
  const said = sayWithoutValues(error as DriverError, state)
  const failed = `${doing} failed: ${found?.what ?? 'PostgreSQL refused it'} (${state === '' ? '' : `${state}: `}${said})`
  return new DataverseError(`${upperFirst(failed)}. ${found?.next ?? 'See the log of the server.'}`, {
    code: found?.code ?? 'sink-failed',
    retryable: found?.retryable ?? false,
    cause: holdsValues(state) ? Object.assign(new Error(said), { code: state }) : error,
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Whether the server's words may hold what stands in a row, which has no business in a log: wrong data and broken constraints,
 * whose details and context quote it.
 */
function holdsValues(state: string): boolean {
  return /^2[23]/.test(state)
}

/** What the server said; in place of words that may hold values, the names that it gave. */
function sayWithoutValues(error: DriverError, state: string): string {
  if (!holdsValues(state)) {
    const { message, detail } = error
    const parts = [message, typeof detail === 'string' ? detail : '']
    return parts.filter((part) => part !== '').join('; ') || 'no message'
  }
  const names = (['constraint', 'table', 'column', 'dataType'] as const).flatMap((kind) => {
    const name = error[kind]
    return typeof name === 'string' ? [`${kind} '${name}'`] : []
  })
  return names.join(', ') || 'its message may hold values of the row: see the log of the server'
}

/** Which line of a COPY and which of its columns an error is about. */
export function placeOfCopyError(error: unknown): { line: number; column: string | undefined } | undefined {
  const where = (error as DriverError | undefined)?.where
  if (typeof where !== 'string') return undefined
  const match = /^COPY [^,]+, line (\d+)(?:, column ([^:]+))?/m.exec(where)
  return match === null ? undefined : { line: Number(match[1]), column: match[2] }
}

/** The SQLSTATE of an error, where it is one of the server. */
export function sqlState(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

function adviceOfNetwork(code: string, message: string): Advice | undefined {
  if (networkCodes.has(code)) return unreachable
  if (
    /^E[A-Z]+$/.test(code) ||
    /^connection terminated|^timeout exceeded|not queryable|client was closed/i.test(message)
  ) {
    return lostConnection
  }
  return undefined
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What the driver threw, where somebody has put it into our words already. */
function causeOf(error: unknown): unknown {
  return isDataverseError(error) ? error.cause : error
}

/** Errors of the driver, as sinks look at them. */
export const postgresErrors: SqlErrors = {
  explain: explainError,
  isDeadlock: (error) => ['40P01', '40001'].includes(sqlState(error) ?? ''),
  isUniqueViolation: (error) => sqlState(error) === '23505',
  // Data, constraints, an index entry that is too long, a trigger that says no.
  isRowFault: (error) => /^(?:2[23]|54000|P0001)/.test(sqlState(causeOf(error)) ?? ''),
  isMissingTable: (error) => ['42P01', '3F000'].includes(sqlState(error) ?? ''),
}
