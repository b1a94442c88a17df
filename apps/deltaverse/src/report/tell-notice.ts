import type { ResetEvent } from '@deltaverse/core'
import type { FilePosition } from '@deltaverse/files'
import type { SyncEvent } from '@deltaverse/sync'
import type { EventWords } from '../events/run-event.js'
import { shortenUrls } from '../events/shorten-url.js'
import { pageAttempts } from '../events/to-pull-event.js'
import { formatCount, formatWait } from '../program/format-quantity.js'
import type { Terminal } from '../program/terminal.js'

type Notice = SyncEvent<FilePosition>

const forTraceOnly: ReadonlySet<Notice['kind']> = new Set([
  'changes',
  'backfilled',
  'page',
  'committed',
  'complete',
  'waiting',
  'progress',
])

/** Tells the user what they should know while a table is read, and `--trace` the rest. */
export function tellNotice(terminal: Terminal, directory: string, entitySet: string, notice: Notice): void {
  const { level, text } = noticeWords(directory, entitySet, notice)
  if (level === 'trace') terminal.trace(text)
  else terminal.say(text)
}

/** What people read of an event of a sync. */
export function noticeWords(
  directory: string,
  entitySet: string,
  notice: SyncEvent,
  attempts: number = pageAttempts,
): EventWords {
  const text = `${entitySet}: ${describeNotice(directory, notice, attempts)}`
  return { level: forTraceOnly.has(notice.kind) ? 'trace' : 'info', text }
}

const pagePhases = {
  guard: 'the guard of a read',
  snapshot: 'a snapshot',
  'catch-up': 'the catch-up of a snapshot',
  incremental: 'a delta',
  backfill: 'columns that came later',
} as const

function describeNotice(directory: string, notice: SyncEvent, attempts: number): string {
  switch (notice.kind) {
    case 'waiting-for-lease':
      return `waiting: ${notice.error.message}`
    case 'resumed': {
      const { phase, epoch } = notice.checkpoint
      const where =
        phase === 'incremental' ? 'reading what changed since' : 'going on in the middle of a full read'
      return `found a checkpoint (epoch ${epoch}), ${where}`
    }
    case 'other-environment':
      return `the checkpoint in ${directory} was made with another environment, whose delta tokens mean nothing to this one, so everything is read again`
    case 'fingerprint-rebuild':
      return 'the fingerprint store does not know what the files hold, so everything is read again'
    case 'columns-added':
      return `new columns: ${notice.columns.join(', ')}. ${notice.filled === 'by-backfill' ? 'They are read by themselves' : `Everything is read again, as ${notice.why}`}`
    case 'backfilled':
      return `${notice.rows} rows given their new columns`
    case 'columns-filled':
      return `all rows have ${notice.columns.join(', ')} now`
    case 'reset':
      return describeReset(notice, directory)
    case 'complete':
      return `epoch ${notice.epoch} is complete: ${formatCount(notice.rows)} rows`
    case 'changes':
      return `${notice.upserted} upserted, ${notice.deleted} deleted`
    case 'page':
      return `page ${notice.page} of ${pagePhases[notice.phase]}`
    case 'deriving':
      return `${formatCount(notice.deletions)} rows did not come and are gone`
    case 'committed':
      return `committed up to ${notice.checkpoint.issuedAt}`
    case 'retry':
      return `${shortenUrls(notice.error.message)} Attempt ${notice.attempt + 1} of ${attempts} for this page`
    case 'expiring':
      return `the delta token expires ${notice.expiresAt.toISOString()}; without a read before that, everything is read again`
    case 'failed-poll':
      return `${notice.error.message}; will ask again ${formatWait(notice)}`
    case 'waiting':
      return `asking again ${formatWait(notice)}`
    case 'progress':
      return 'in progress'
  }
}

function describeReset({ reason, epoch }: ResetEvent, directory: string): string {
  const again = `the whole table is read again, as epoch ${formatCount(epoch)}, to ${directory}`
  switch (reason) {
    case 'initial':
      return `no checkpoint yet, reading the whole table to ${directory}`
    case 'token-expired':
      return `the service no longer answers for the delta token. Resync: ${again}; rows that are not in it are gone`
    case 'schema-changed':
      return `the checkpoint is of other columns: ${again}`
    case 'other-source':
      return `the checkpoint is of another environment or table: ${again}`
    case 'fingerprint-rebuild':
      return `the fingerprint store does not know what is kept: ${again}`
    case 'deletion-unclear':
      return `a row of an elastic table is gone, and the service does not say of which partition: ${again}; rows that are not in it are gone`
    case 'labels-changed':
      return `labels of choices are other ones now: ${again}`
    case 'key-changed':
      return `rows are told apart by another key than when the checkpoint was made: ${again}`
    case 'full-copy':
      return `the table is not tracked: ${again}; rows that are not in it are gone`
    case 'requested':
      return again
  }
}
