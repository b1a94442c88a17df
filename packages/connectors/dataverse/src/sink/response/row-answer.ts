import { DataverseError, isDataverseError, isResponseError, type Row } from '@deltaverse/core'
import { isGuidText } from '@deltaverse/protocol'
import type { WriteStatus } from '../result/write-result.js'

/** What the service said about one row of a request. */
export type RowAnswer =
  | {
      readonly kind: 'done'
      readonly status: WriteStatus
      readonly id?: string | undefined
      readonly stored?: Row | undefined
    }
  /** `lost`: it may have been written all the same. */
  | { readonly kind: 'error'; readonly error: DataverseError; readonly lost: boolean }
  /** The service did not come to this row, or undid it. `alone`: it has to be tried outside of its changeset. */
  | { readonly kind: 'not-run'; readonly alone?: boolean }

type DoneAnswer = Extract<RowAnswer, { kind: 'done' }>

/** What a successful answer to a row's request says. */
export function readDone(
  expected: WriteStatus,
  answer: {
    readonly status: number
    readonly entityId?: string | undefined
    readonly id?: string | undefined
    readonly stored?: Row | undefined
  },
): RowAnswer {
  const id = answer.id ?? guidIn(answer.entityId)
  const status = expected === 'upserted' ? (byStatus[answer.status] ?? expected) : expected
  const told = toDone(status, id?.toLowerCase())
  return answer.stored === undefined ? told : { ...told, stored: answer.stored }
}

/** The answer of a success. */
export function toDone(status: WriteStatus, id: string | undefined): DoneAnswer {
  return id === undefined ? doneWithoutId[status] : { kind: 'done', status, id }
}

const done = (status: WriteStatus): DoneAnswer => ({ kind: 'done', status })

const doneWithoutId: Readonly<Record<WriteStatus, DoneAnswer>> = {
  created: done('created'),
  updated: done('updated'),
  upserted: done('upserted'),
  deleted: done('deleted'),
  unchanged: done('unchanged'),
  superseded: done('superseded'),
  failed: done('failed'),
  'not-run': done('not-run'),
}

// Only a representation tells created from updated (Microsoft Learn: Upsert a table row).
const byStatus: Readonly<Record<number, WriteStatus>> = { 200: 'updated', 201: 'created' }

/** The GUID in `OData-EntityId`, which repeats the alternate key where the row was addressed by one. */
function guidIn(entityId: string | undefined): string | undefined {
  const text = /\(([^()]*)\)$/.exec(entityId ?? '')?.[1]
  return isGuidText(text) ? text : undefined
}

/**
 * Takes an error of the client as the answer to a row.
 *
 * @throws whatever is no failure of the service, such as the caller's abort, and failures that every row would meet
 */
export function toErrorAnswer(error: unknown): Extract<RowAnswer, { kind: 'error' }> {
  if (!isDataverseError(error) || isFatal(error)) throw error
  if (isResponseError(error) ? isCutShort(error.body) && error.status < 429 : error.code === 'bad-response') {
    return lostAnswer(error)
  }
  return { kind: 'error', error, lost: mayHaveRun(error) }
}

/**
 * Whether the body of an error is missing or ends early. The status alone says too little then: a 412 may even mean that the
 * row was written by an earlier request.
 */
export function isCutShort(body: string | undefined): boolean {
  const text = body?.trim() ?? ''
  if (text === '') return true
  if (!text.startsWith('{')) return false
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}

/** A success whose body cannot be read tells too little: the rows were written, or not. */
function lostAnswer(cause: DataverseError): Extract<RowAnswer, { kind: 'error' }> {
  const error = new DataverseError(cause.message, { code: 'no-response', retryable: true, cause })
  return { kind: 'error', error, lost: true }
}

/** Whether no row can be written any more: no token, a closed client, a connection that is refused for good. */
function isFatal(error: DataverseError): boolean {
  return (
    error.code === 'unauthorized' ||
    error.code === 'insecure-url' ||
    (error.code === 'no-response' && !error.retryable)
  )
}

function mayHaveRun(error: DataverseError): boolean {
  if (!isResponseError(error)) return true
  return error.status >= 500 && error.serviceCode === undefined
}
