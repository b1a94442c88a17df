import type { DataverseError } from '@deltaverse/core'
import { describeError } from '../result/dead-letter.js'
import type { SettledRow } from '../result/row-outcome.js'
import type { RunEvent } from '../result/write-event.js'
import type { WriteStatus, WriteSummary } from '../result/write-result.js'
import type { LinkPair } from './link-pair.js'

/**
 * What became of a pair.
 *
 * - `associated`, `disassociated`: as it says.
 * - `unchanged`: nothing had to be done; the pair is there already, or is not.
 * - `superseded`: a later word on the same pair came before this one was sent.
 * - `failed`: not done; `error` says why.
 * - `not-run`: pulled from the source but never sent, because the run was stopped.
 */
export type LinkStatus = 'associated' | 'disassociated' | 'unchanged' | 'superseded' | 'failed' | 'not-run'

/** What became of one pair. */
export interface LinkResult {
  /** Position in the source, from 0. */
  readonly index: number
  /** As it was given. */
  readonly pair: LinkPair
  readonly status: LinkStatus
  readonly error?: DataverseError | undefined
  /** For `superseded`: index of the later one. */
  readonly supersededBy?: number | undefined
  /** Requests that this pair was part of. */
  readonly attempts: number
}

/** What became of all pairs. */
export interface LinkSummary {
  readonly pairs: number
  readonly associated: number
  readonly disassociated: number
  readonly unchanged: number
  readonly superseded: number
  readonly failed: number
  readonly notRun: number
  /** Write requests sent, repeats included. */
  readonly requests: number
  /** Queries sent to find rows by their keys, and to look which pairs exist. */
  readonly reads: number
  /** Why the run ended before its source did. */
  readonly stopped?: 'aborted' | 'failures' | undefined
}

/** A pair that was not written, as plain JSON: one line of a file to correct and to replay. */
export interface LinkDeadLetter extends ReturnType<typeof describeError> {
  readonly entitySet: string
  readonly navigation: string
  /** Position in the source that it came from. */
  readonly index: number
  /** As it was given. Correct it here. */
  readonly pair: LinkPair
  readonly status: 'failed' | 'not-run'
  readonly attempts: number
}

/** What a writer of pairs tells. */
export type LinkEvent =
  /** It was not written: its status is `failed` or `not-run`. */
  | { readonly kind: 'pair-failed'; readonly result: LinkResult }
  /** It was written, or nothing had to be. */
  | { readonly kind: 'pair-done'; readonly result: LinkResult }
  | RunEvent

const statuses: Readonly<Partial<Record<WriteStatus, LinkStatus>>> = {
  created: 'associated',
  deleted: 'disassociated',
  unchanged: 'unchanged',
  superseded: 'superseded',
  'not-run': 'not-run',
}

/** The result that the caller sees. */
export function toLinkResult({ of, attempts, outcome }: SettledRow): LinkResult {
  const { status, error, supersededBy } = outcome
  return {
    index: of.index,
    pair: of.row as unknown as LinkPair,
    status: statuses[status] ?? 'failed',
    ...(error === undefined ? {} : { error }),
    ...(supersededBy === undefined ? {} : { supersededBy }),
    attempts,
  }
}

/** The counts under the names of pairs. */
export function toLinkSummary(summary: WriteSummary): LinkSummary {
  const { rows, created, deleted, unchanged, superseded, failed, notRun, requests, reads, stopped } = summary
  return {
    pairs: rows,
    associated: created,
    disassociated: deleted,
    unchanged,
    superseded,
    failed,
    notRun,
    requests,
    reads,
    ...(stopped === undefined ? {} : { stopped }),
  }
}

/** Turns the result of a pair that was not written into a dead letter. @throws TypeError for other results */
export function formatLinkDeadLetter(
  { index, pair, status, error, attempts }: LinkResult,
  { entitySet, navigation }: Pick<LinkDeadLetter, 'entitySet' | 'navigation'>,
): LinkDeadLetter {
  if (status !== 'failed' && status !== 'not-run') {
    throw new TypeError(`pair ${index} is ${status}: only pairs that were not written become dead letters`)
  }
  return {
    entitySet,
    navigation,
    index,
    pair,
    status,
    ...(error === undefined ? {} : describeError(error)),
    attempts,
  }
}

/** The pair of a dead letter. @throws TypeError for a letter of another relationship, or what is none */
export function pairOfDeadLetter(
  letter: LinkDeadLetter,
  expected: Pick<LinkDeadLetter, 'entitySet' | 'navigation'>,
): LinkPair {
  if (typeof letter?.pair !== 'object' || letter.pair === null) {
    throw new TypeError('a dead letter must be an object with the member pair')
  }
  for (const name of ['entitySet', 'navigation'] as const) {
    if (letter[name] === expected[name]) continue
    throw new TypeError(
      `a dead letter of ${name} '${letter[name]}' cannot be replayed by a writer of '${expected[name]}'`,
    )
  }
  return letter.pair
}
