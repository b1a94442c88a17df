import type {
  ChangeEvent,
  Checkpoint,
  CheckpointEvent,
  CompleteEvent,
  DeletedChange,
  ResetEvent,
  ResetReason,
  Row,
  SyncState,
  UpsertedChange,
} from '@deltaverse/core'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The id of the nth row: a GUID; neighbouring numbers lie far apart, as random GUIDs do. */
export function idOf(number: number): string {
  const spread = (Math.imul(number + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  return `${spread}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

/**
 * A row of the `accounts` table as the service sends it, under the nth id: etag, primary key, `name`, and what else is given.
 * Without a `name` it gets one that tells its number and version.
 */
export function accountRow(number: number, columns: Row = {}, version = 1): Row {
  return {
    '@odata.etag': `W/"${1000 * version + number}"`,
    accountid: idOf(number),
    name: `Account ${number}, version ${version}`,
    ...columns,
  }
}

/** {@link accountRow} as a change. */
export function account(number: number, columns: Row = {}, version = 1): UpsertedChange {
  return upserted(idOf(number), accountRow(number, columns, version))
}

/** A row that was created or updated; its version is that of its `@odata.etag`, its bytes are its JSON. */
export function upserted<R extends object = Row>(
  id: string,
  row: R,
  table: string = 'accounts',
): UpsertedChange<R> {
  const bytes = encoder.encode(JSON.stringify(row))
  const etag = (row as Row)['@odata.etag']
  let parsed: R | undefined
  return {
    kind: 'upserted',
    table,
    id,
    rowVersion: typeof etag === 'string' ? /^W\/"(\d+)"$/.exec(etag)?.[1] : undefined,
    bytes,
    get row(): R {
      parsed ??= JSON.parse(decoder.decode(bytes)) as R
      return parsed
    },
  }
}

/** A row that is gone, in the words of the service. */
export function deleted(id: string, table: string = 'accounts'): DeletedChange {
  const entry = {
    '@odata.context': `https://contoso.crm.dynamics.com/api/data/v9.2/$metadata#${table}/$deletedEntity`,
    id,
    reason: 'deleted',
  }
  const bytes = encoder.encode(JSON.stringify(entry))
  return { kind: 'deleted', table, id, rowVersion: undefined, reason: 'deleted', bytes }
}

/** A full read begins. */
export function reset(epoch: number, reason?: ResetReason): ResetEvent {
  return { kind: 'reset', reason: reason ?? (epoch === 1 ? 'initial' : 'token-expired'), epoch }
}

/** A full read ended, having brought so many rows. */
export function complete(epoch: number, rows: number): CompleteEvent {
  return { kind: 'complete', epoch, rows }
}

/** Where a source of the `accounts` table may stand; any part can be given. */
export function checkpointOf(parts: Partial<Checkpoint> = {}): Checkpoint {
  return {
    version: 2,
    source: 'contoso.crm.dynamics.com/accounts',
    epoch: 1,
    phase: 'incremental',
    isBoundary: parts.phase !== 'snapshot',
    cursor: { deltaLink: '/api/data/v9.2/accounts?$deltatoken=1234%2101%2f15%2f2026' },
    issuedAt: '2026-01-15T08:30:00.000Z',
    ...parts,
  }
}

/** A safe point with {@link checkpointOf}. */
export function checkpoint(parts?: Partial<Checkpoint>): CheckpointEvent {
  return { kind: 'checkpoint', checkpoint: checkpointOf(parts) }
}

/** A state to be saved; any part can be given. */
export function syncState<Position = unknown>(
  parts: Partial<SyncState<Position>> & Pick<SyncState<Position>, 'position'>,
): SyncState<Position> {
  return { version: 1, checkpoint: checkpointOf(), ...parts }
}

/** A whole full read: reset, the changes, complete, checkpoint. */
export function fullRead(epoch: number, changes: readonly UpsertedChange[]): readonly ChangeEvent[] {
  return [
    reset(epoch),
    ...changes,
    complete(epoch, changes.length),
    checkpoint({ epoch, rowsRead: changes.length }),
  ]
}
