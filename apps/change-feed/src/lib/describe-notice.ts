import { join } from 'node:path'
import type { ResetEvent } from '@deltaverse/contract'
import { formatCount } from './format-quantity.js'
import { fileOfGeneration } from './ndjson-file-sink.js'
import type { SyncNotice } from './sync-table.js'
import type { Terminal } from './terminal.js'

const forTraceOnly: ReadonlySet<SyncNotice['kind']> = new Set(['changes', 'page', 'committed'])

/** Tells the user what they should know while a table is read, and `--trace` the rest. */
export function tellNotice(
  terminal: Terminal,
  directory: string,
  entitySet: string,
  notice: SyncNotice,
): void {
  const line = `${entitySet}: ${describeNotice(directory, entitySet, notice)}`
  if (forTraceOnly.has(notice.kind)) terminal.trace(line)
  else terminal.say(line)
}

function describeNotice(directory: string, entitySet: string, notice: SyncNotice): string {
  switch (notice.kind) {
    case 'reset':
      return describeReset(notice, join(directory, fileOfGeneration(entitySet, notice.generation)))
    case 'resumed': {
      const { phase, generation } = notice.checkpoint
      const where = phase === 'delta' ? 'reading what changed since' : 'going on in the middle of a full read'
      return `found a checkpoint (generation ${generation}), ${where}`
    }
    case 'other-environment':
      return `the checkpoint in ${directory} was made with another environment, whose delta tokens mean nothing to this one, so everything is read again`
    case 'set-aside':
      return `${join(directory, notice.file)} was there already and no checkpoint accounts for it; kept as ${notice.keptAs}`
    case 'expiring':
      return `the delta token expires ${notice.notice.expiresAt.toISOString()}; without a read before that, everything is read again`
    case 'failed-poll':
      return `${notice.error.message}; will ask again`
    case 'changes':
      return `${notice.upserted} upserted, ${notice.deleted} deleted`
    case 'page':
      return `page ${notice.report.page} of a ${notice.report.phase}`
    case 'committed':
      return `committed ${notice.position.bytes} bytes of ${notice.position.file}`
  }
}

function describeReset({ reason, generation }: ResetEvent, path: string): string {
  const again = `the whole table is read again, as generation ${formatCount(generation)}, to ${path}`
  switch (reason) {
    case 'initial':
      return `no checkpoint yet, reading the whole table to ${path}`
    case 'token-expired':
      return `the service no longer answers for the delta token. Resync: ${again}; rows that are not in it are gone`
    case 'schema-changed':
      return `the checkpoint is of other columns or another environment: ${again}`
    case 'requested':
      return again
  }
}
