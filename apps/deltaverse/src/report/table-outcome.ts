import { isDataverseError } from '@deltaverse/core'
import type { CommandReport } from '../command-line/command-report.js'
import { describeError } from '../program/describe-error.js'
import { exitCodes } from '../program/exit-codes.js'
import type { RequestCountsByKind } from './request-kinds.js'

/** What a run did with one table, as `--json` prints it; the same members whichever way the rows went. */
export interface TableOutcome {
  /** As it was asked for. */
  readonly table: string
  readonly entitySet?: string
  /** Rows that came. */
  readonly rows: number
  /** Rows created or updated, where it is not known which. */
  readonly upserted: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly deactivated: number
  readonly deleted: number
  readonly failed: number
  /** Requests that were sent, repetitions included. */
  readonly requests: number
  /** Those of them that may have written. */
  readonly writes: number
  /** The requests by what they are for. */
  readonly requestKinds?: RequestCountsByKind
  /** Bytes that came to the files, as they lie on the disk. */
  readonly bytesOnDisk?: number
  /** Files that were written, in order; none where nothing was, and for a database. */
  readonly files: readonly string[]
  readonly seconds: number
  readonly error?: { readonly code: string; readonly message: string }
  readonly [more: string]: unknown
}

/** Nothing done yet. */
export const noOutcome = {
  rows: 0,
  upserted: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  deactivated: 0,
  deleted: 0,
  failed: 0,
  requests: 0,
  writes: 0,
  files: [],
  seconds: 0,
} as const

/** A report of tables. */
export interface TablesReport extends CommandReport {
  readonly tables: readonly TableOutcome[]
}

/** A table that did not get to its rows. */
export function failedTable(table: string, error: unknown): TableOutcome & { readonly error: object } {
  return { table, ...noOutcome, error: describeError(error), ...(isHeld(error) && { held: true }) }
}

/** The tables of a run, and how it ended. */
export function summarizeTables(tables: readonly TableOutcome[]): TablesReport {
  const failed = tables.filter((table) => table.error !== undefined || table.failed > 0)
  const ended = tables.filter((table) => table.error === undefined)
  return { ok: failed.length === 0, exitCode: exitCodeOf(tables, failed, ended.length), tables }
}

function exitCodeOf(tables: readonly TableOutcome[], failed: readonly TableOutcome[], ended: number): number {
  if (failed.length === 0) return exitCodes.done
  if (ended > 0) return exitCodes.partlyFailed
  return tables.every((table) => table.held === true) ? exitCodes.held : exitCodes.failed
}

/** Whether somebody else works on the table. */
export function isHeld(error: unknown): boolean {
  return isDataverseError(error) && error.code === 'conflict'
}
