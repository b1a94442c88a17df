import { createHash } from 'node:crypto'
import { type Checkpoint, DataverseError, type GapLink } from '@deltaverse/core'

/** What a checkpoint must have been made for, to be followed. */
export interface CheckpointScope {
  readonly environment: string
  readonly entitySet: string
  readonly select: readonly string[] | null
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

/**
 * Reads a checkpoint that comes from outside (a file, a database).
 *
 * @throws DataverseError `checkpoint-invalid` naming the member that is missing or wrong
 */
export function parseCheckpoint(value: unknown): Checkpoint {
  if (typeof value !== 'object' || value === null)
    return refuse(`a checkpoint is an object, not ${typeof value}`)
  const checkpoint = value as Partial<Record<keyof Checkpoint, unknown>>
  if (checkpoint.version !== 1) {
    refuse(
      `"version" is ${JSON.stringify(checkpoint.version)}; this release reads version 1. Read the table again from the start`,
    )
  }
  for (const name of ['environment', 'entitySet', 'selectHash', 'issuedAt'] as const) {
    if (typeof checkpoint[name] !== 'string') refuse(`"${name}" must be text`)
  }
  for (const name of ['nextLink', 'guardLink', 'deltaLink', 'deltaToken', 'expiresAt'] as const) {
    const link = checkpoint[name]
    if (link !== undefined && (typeof link !== 'string' || link === '')) refuse(`"${name}" must be text`)
  }
  if (checkpoint.select !== null && !isTextList(checkpoint.select))
    refuse('"select" must be a list of columns or null')
  if (!isCount(checkpoint.epoch, 1)) refuse('"epoch" must be a whole number of at least 1')
  if (checkpoint.rowsRead !== undefined && !isCount(checkpoint.rowsRead, 0)) {
    refuse('"rowsRead" must be a whole number of at least 0')
  }
  requireDates('', checkpoint)
  if (checkpoint.gap !== undefined) requireGap(checkpoint.gap)
  for (const name of neededIn(checkpoint.phase)) {
    if (checkpoint[name] === undefined) refuse(`"${name}" is missing`)
  }
  return value as Checkpoint
}

/** The members without which a read cannot go on. */
function neededIn(phase: unknown): readonly (keyof Checkpoint)[] {
  switch (phase) {
    case 'full-read':
      return ['nextLink']
    case 'catch-up':
      return ['deltaLink', 'gap']
    case 'delta':
      return ['deltaLink']
    default:
      return refuse('"phase" must be full-read, catch-up or delta')
  }
}

function requireGap(value: unknown): void {
  if (typeof value !== 'object' || value === null) refuse('"gap" must be an object')
  const gap = value as Partial<Record<keyof GapLink, unknown>>
  if (typeof gap.link !== 'string' || gap.link === '') refuse('"gap.link" must be text')
  if (typeof gap.keysOnly !== 'boolean') refuse('"gap.keysOnly" must be true or false')
  requireDates('gap.', gap)
}

function requireDates(
  place: string,
  value: { readonly issuedAt?: unknown; readonly expiresAt?: unknown },
): void {
  const isDate = (date: unknown) => typeof date === 'string' && !Number.isNaN(Date.parse(date))
  if (!isDate(value.issuedAt)) refuse(`"${place}issuedAt" must be a date in ISO 8601`)
  if (value.expiresAt !== undefined && !isDate(value.expiresAt))
    refuse(`"${place}expiresAt" must be a date in ISO 8601`)
}

/** Why a checkpoint cannot be followed for this feed, in words; `undefined` when it can. */
export function findMismatch(checkpoint: Checkpoint, scope: CheckpointScope): string | undefined {
  if (checkpoint.environment !== scope.environment) {
    return `it was made for ${checkpoint.environment}, not for ${scope.environment}`
  }
  if (checkpoint.entitySet !== scope.entitySet) {
    return `it was made for the table ${checkpoint.entitySet}, not for ${scope.entitySet}`
  }
  if (checkpoint.selectHash !== hashSelect(scope.entitySet, scope.select)) {
    return `it was made for ${describeSelect(checkpoint.select)}, not for ${describeSelect(scope.select)}`
  }
  return undefined
}

function describeSelect(select: readonly string[] | null): string {
  return select === null ? 'all columns' : `the columns ${select.join(', ')}`
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function refuse(why: string): never {
  throw new DataverseError(`the checkpoint cannot be read: ${why}`, { code: 'checkpoint-invalid' })
}
