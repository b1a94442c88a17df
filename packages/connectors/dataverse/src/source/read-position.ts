import { createHash } from 'node:crypto'
import {
  type Checkpoint,
  DataverseError,
  type JsonValue,
  parseCheckpoint,
  type ResetReason,
} from '@deltaverse/core'

import type { LabelPrints } from './labels/row-labels.js'

/** A delta link whose token is older than the read under way, so that following it brings what changed under that read. */
export interface GapLink {
  /** Path and query, as the service gave it. */
  readonly link: string
  /** Whether it was given for the primary keys alone; then it is followed with the columns of the feed, and those are checked. */
  readonly keysOnly: boolean
  /** ISO 8601, UTC. */
  readonly issuedAt: string
  /** When the service will have forgotten its token, where the environment tells its retention. */
  readonly expiresAt?: string
}

/** How far the copies of a table are that is not tracked. Times are ISO 8601, UTC. */
export interface CopyState {
  /** When the last copy began, or the one under way. */
  readonly copiedAt: string
  /** When the last read of newer rows began that is through, by the service's clock. */
  readonly since?: string
  /** The same of the one under way, between its pages. */
  readonly beganAt?: string
}

/** What the cursor of a checkpoint holds. */
interface Cursor {
  /** Selected columns in their canonical order; `null` means all. */
  readonly select: readonly string[] | null
  /** SHA-256 of entity set and select, in hex: a checkpoint for other columns is never followed. */
  readonly selectHash: string
  /** `catch-up` stands behind the last page of a snapshot: what changed under it is still to come. */
  readonly phase: 'snapshot' | 'catch-up' | 'incremental'
  /** Path and query of the page to read next; absent where a link is followed from its start. */
  readonly nextLink?: string
  /** Path and query of the delta link; absent while the pages of a snapshot are read. */
  readonly deltaLink?: string
  /**
   * In a snapshot and its catch-up, what the catch-up follows; in a delta of several pages, what is followed once they are
   * read.
   */
  readonly gap?: GapLink
  /** Path and query of the page to go on at in a pass over a delta that hands nothing on and only fetches the link of `gap`. */
  readonly guardLink?: string
  /** The delta token inside `deltaLink`, decoded. */
  readonly deltaToken?: string
  /** Of an elastic table: the column that told rows of one primary key apart when it was made. */
  readonly partitionKey?: string
  /** Of the labels that stood beside the values of its rows, what tells whether one was renamed. */
  readonly labels?: LabelPrints
  /** Which columns stood beside look-ups; absent where there were none. */
  readonly lookups?: 'tables' | 'names'
  /** A deletion was told and not which row is gone, so the next read is a full one. */
  readonly owesFullRead?: true
  /** Of a table that is copied, as it is not tracked: then there is no delta link. */
  readonly copy?: CopyState
  /**
   * The token was given for other columns, and no row has shown yet that the service takes it for these: whether it does is not
   * documented.
   */
  readonly isUnproven?: true
  /** Why the snapshot under way was begun; in its catch-up too. */
  readonly resetReason?: ResetReason
}

/** Where a read stands: a checkpoint, and the cursor in it. */
export interface ReadPosition extends Cursor {
  /** As {@link Checkpoint.source}. */
  readonly source: string
  readonly epoch: number
  /** When the links were issued: ISO 8601, UTC. */
  readonly issuedAt: string
  /** When the service will have forgotten the delta token, where the environment tells its retention. */
  readonly expiresAt?: string
  /** Rows of the snapshot under way that lie before it; in its catch-up, all of them. */
  readonly rowsRead?: number
}

/** What a checkpoint must have been made for, to be followed. */
export interface CheckpointScope {
  /** Host name of the environment and entity set: `contoso.crm4.dynamics.com/contacts`. */
  readonly source: string
  readonly entitySet: string
  readonly select: readonly string[] | null
  /** Whether the feed follows change tracking, and does not copy the table. */
  readonly isTracked: boolean
}

/** Columns in the one order in which they are compared and stored: sorted, each once. */
export function canonicalSelect(select: readonly string[] | undefined): readonly string[] | null {
  return select === undefined ? null : [...new Set(select)].sort()
}

export function hashSelect(entitySet: string, select: readonly string[] | null): string {
  return createHash('sha256')
    .update(JSON.stringify([entitySet, select]))
    .digest('hex')
}

/** A position as everybody may see it. */
export function checkpointOf(position: ReadPosition): Checkpoint {
  const { source, epoch, issuedAt, expiresAt, rowsRead, ...cursor } = position
  return {
    version: 2,
    source,
    epoch,
    phase: cursor.phase === 'incremental' ? 'incremental' : 'snapshot',
    isBoundary: isBoundary(cursor),
    cursor: cursor as unknown as JsonValue,
    issuedAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(rowsRead !== undefined && { rowsRead }),
  }
}

/** A delta of several pages is read twice, so a page without a next one may not be its end. */
function isBoundary({ phase, nextLink, gap, guardLink }: Cursor): boolean {
  return phase === 'incremental' && nextLink === undefined && gap === undefined && guardLink === undefined
}

/**
 * Reads a checkpoint that comes from outside (a file, a database), and the cursor in it.
 *
 * @throws DataverseError `checkpoint-invalid` naming the member that is missing or wrong
 */
export function parsePosition(value: unknown): ReadPosition {
  const { source, epoch, issuedAt, expiresAt, rowsRead, cursor } = parseCheckpoint(value)
  return {
    source,
    epoch,
    issuedAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(rowsRead !== undefined && { rowsRead }),
    ...parseCursor(cursor),
  }
}

function parseCursor(value: unknown): Cursor {
  if (typeof value !== 'object' || value === null) return refuse(`"cursor" must be an object`)
  const cursor = value as Partial<Record<keyof Cursor, unknown>>
  if (typeof cursor.selectHash !== 'string') refuse('"cursor.selectHash" must be text')
  for (const name of ['nextLink', 'guardLink', 'deltaLink', 'deltaToken', 'partitionKey'] as const) {
    const link = cursor[name]
    if (link !== undefined && (typeof link !== 'string' || link === '')) {
      refuse(`"cursor.${name}" must be text`)
    }
  }
  if (cursor.select !== null && !isTextList(cursor.select)) {
    refuse('"cursor.select" must be a list of columns or null')
  }
  if (cursor.gap !== undefined) requireGap(cursor.gap)
  if (cursor.copy !== undefined) requireCopy(cursor.copy)
  for (const name of neededIn(cursor.phase, cursor.copy !== undefined)) {
    if (cursor[name] === undefined) refuse(`"cursor.${name}" is missing`)
  }
  return value as Cursor
}

/** The members without which a read cannot go on. */
function neededIn(phase: unknown, isCopy: boolean): readonly (keyof Cursor)[] {
  switch (phase) {
    case 'snapshot':
      return ['nextLink']
    case 'catch-up':
      return ['deltaLink', 'gap']
    case 'incremental':
      return isCopy ? [] : ['deltaLink']
    default:
      return refuse('"cursor.phase" must be snapshot, catch-up or incremental')
  }
}

function requireCopy(value: unknown): void {
  if (typeof value !== 'object' || value === null) refuse('"cursor.copy" must be an object')
  const copy = value as Partial<Record<keyof CopyState, unknown>>
  for (const name of ['copiedAt', 'since', 'beganAt'] as const) {
    const date = copy[name]
    const isThere = name === 'copiedAt' || date !== undefined
    if (isThere && (typeof date !== 'string' || Number.isNaN(Date.parse(date)))) {
      refuse(`"cursor.copy.${name}" must be a date in ISO 8601`)
    }
  }
}

function requireGap(value: unknown): void {
  if (typeof value !== 'object' || value === null) refuse('"cursor.gap" must be an object')
  const { link, keysOnly, issuedAt, expiresAt } = value as Partial<Record<keyof GapLink, unknown>>
  if (typeof link !== 'string' || link === '') refuse('"cursor.gap.link" must be text')
  if (typeof keysOnly !== 'boolean') refuse('"cursor.gap.keysOnly" must be true or false')
  const isDate = (date: unknown) => typeof date === 'string' && !Number.isNaN(Date.parse(date))
  if (!isDate(issuedAt)) refuse('"cursor.gap.issuedAt" must be a date in ISO 8601')
  if (expiresAt !== undefined && !isDate(expiresAt)) {
    refuse('"cursor.gap.expiresAt" must be a date in ISO 8601')
  }
}

/**
 * Columns of a feed that a position was made without, where nothing else differs and the feed lacks none of the others;
 * `undefined` otherwise.
 */
export function columnsBeyond(position: ReadPosition, scope: CheckpointScope): readonly string[] | undefined {
  const { source, select, copy } = position
  if ((copy === undefined) !== scope.isTracked) return undefined
  if (source !== scope.source || select === null || scope.select === null) return undefined
  const own = new Set(scope.select)
  if (!select.every((name) => own.has(name))) return undefined
  return scope.select.filter((name) => !select.includes(name))
}

/** Why a position cannot be gone on from by this feed, in words; `undefined` when it can. */
export function findMismatch(position: ReadPosition, scope: CheckpointScope): string | undefined {
  if (position.source !== scope.source) {
    return `it was made for ${position.source}, not for ${scope.source}`
  }
  if ((position.copy === undefined) !== scope.isTracked) {
    return scope.isTracked
      ? 'it was made by copying the table, not by change tracking'
      : 'it was made by change tracking, not by copying the table'
  }
  if (position.selectHash !== hashSelect(scope.entitySet, scope.select)) {
    return `it was made for ${describeSelect(position.select)}, not for ${describeSelect(scope.select)}`
  }
  return undefined
}

function describeSelect(select: readonly string[] | null): string {
  return select === null ? 'all columns' : `the columns ${select.join(', ')}`
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function refuse(why: string): never {
  throw new DataverseError(`the checkpoint cannot be read: ${why}`, { code: 'checkpoint-invalid' })
}
