import type { FaultAction } from '../faults/fault-rule.js'
import type { FaultScript } from '../faults/fault-script.js'
import { errorResponse } from '../http/error-response.js'
import { parsePreferences } from '../http/preferences.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import type { IdSequence } from '../ids.js'
import type { LoggedRequest } from '../server/request-log.js'
import type { Service } from '../service.js'
import type { ItemAnswer, PartAnswer } from './batch-answer.js'
import type { BatchItem, BatchOperation, Changeset } from './batch-item.js'
import type { ContentAddresses } from './content-references.js'
import { operationRequest } from './operation-request.js'
import { partFaultResponse } from './part-fault.js'

/** What batches work with. */
export interface BatchParts {
  readonly service: Service
  /** Answers one request that is no batch. */
  readonly dispatch: (request: ParsedRequest) => ServiceResponse
  readonly faults: FaultScript
  /** Makes boundaries and correlation ids; not those of rows, which must not depend on batching. */
  readonly ids: IdSequence
}

/** A connection that a scripted fault ends in the middle of a batch. */
export class ConnectionDropped extends Error {
  override readonly name = 'ConnectionDropped'
}

/** What a batch came to. */
export interface BatchOutcome {
  readonly answers: readonly ItemAnswer[]
  readonly failed: boolean
  /** Rows that the parts worked on. */
  readonly rows: number
  readonly ran: readonly LoggedRequest[]
}

/** One part that ran, or was kept from running by a fault. */
interface PartOutcome extends PartAnswer {
  readonly failed: boolean
  readonly logged: LoggedRequest
}

/** What scripted faults still have to do once an item is committed: a changeset cannot wait in its transaction. */
interface Aftermath {
  latencyMs: number
  drop: boolean
}

const noAddresses: ContentAddresses = new Map()

/**
 * Runs the items of a batch one after the other. Without `odata.continue-on-error` the first failure ends it.
 *
 * @throws ConnectionDropped when a scripted fault says so; what ran before it stays.
 */
export async function runBatch(
  parts: BatchParts,
  outer: ParsedRequest,
  items: readonly BatchItem[],
): Promise<BatchOutcome> {
  const { service } = parts
  const answers: ItemAnswer[] = []
  let failed = false
  let rows = 0
  const ran: LoggedRequest[] = []
  for (const item of items) {
    const aftermath: Aftermath = { latencyMs: 0, drop: false }
    const { outcomes, answer } = runItem(parts, outer, item, aftermath)
    if (aftermath.latencyMs > 0) await service.options.wait(aftermath.latencyMs, new AbortController().signal)
    if (aftermath.drop) throw new ConnectionDropped()
    ran.push(...outcomes.map(({ logged }) => logged))
    rows += outcomes.reduce((sum, { response }) => sum + (response.rows ?? 1), 0)
    answers.push(answer)
    if (!outcomes.some((outcome) => outcome.failed)) continue
    failed = true
    if (!outer.preferences.continueOnError) break
  }
  return { answers, failed, rows, ran }
}

interface ItemOutcome {
  readonly outcomes: readonly PartOutcome[]
  readonly answer: ItemAnswer
}

function runItem(
  parts: BatchParts,
  outer: ParsedRequest,
  item: BatchItem,
  aftermath: Aftermath,
): ItemOutcome {
  if (item.kind === 'operation') {
    const outcome = runOperation(parts, outer, item, noAddresses, aftermath)
    return { outcomes: [outcome], answer: { kind: 'part', answer: outcome } }
  }
  const outcomes = runChangeset(parts, outer, item, aftermath)
  const boundary = `changesetresponse_${parts.ids.next()}`
  return { outcomes, answer: { kind: 'changeset', boundary, answers: outcomes } }
}

/** Signals the failing part of a changeset through its transaction, which takes everything back. */
class ChangesetFailed extends Error {
  readonly outcome: PartOutcome

  constructor(outcome: PartOutcome) {
    super('a part of the changeset failed')
    this.outcome = outcome
  }
}

function runChangeset(
  parts: BatchParts,
  outer: ParsedRequest,
  { operations }: Changeset,
  aftermath: Aftermath,
): PartOutcome[] {
  const addresses = new Map<string, string>()
  try {
    return parts.service.store.transact(() =>
      operations.map((operation) => {
        const outcome = runOperation(parts, outer, operation, addresses, aftermath)
        if (outcome.failed) throw new ChangesetFailed(outcome)
        const address = outcome.response.headers?.['OData-EntityId']
        if (operation.contentId !== undefined && typeof address === 'string') {
          addresses.set(operation.contentId, address)
        }
        return outcome
      }),
    )
  } catch (error) {
    if (error instanceof ChangesetFailed) return [error.outcome]
    throw error
  }
}

function runOperation(
  parts: BatchParts,
  outer: ParsedRequest,
  operation: BatchOperation,
  addresses: ContentAddresses,
  aftermath: Aftermath,
): PartOutcome {
  const fault: FaultAction = parts.faults.take(operation.method, pathOf(operation.url), true) ?? {}
  aftermath.latencyMs += fault.latencyMs ?? 0
  if (fault.expireTokens === true) parts.service.expireAllTokens()
  if (fault.drop === 'before-effect') throw new ConnectionDropped()
  const injected = partFaultResponse(fault, outer.headers.host)
  const response =
    injected !== undefined && fault.afterEffect !== true
      ? injected
      : answerOperation(parts, outer, operation, addresses)
  if (fault.drop === 'after-effect') aftermath.drop = true
  const seen = injected ?? response
  return {
    response: seen,
    contentId: operation.contentId,
    requestId: parts.ids.next(),
    failed: seen.status >= 400,
    logged: { method: operation.method, url: operation.url, status: seen.status, headers: operation.headers },
  }
}

function answerOperation(
  { service, dispatch }: BatchParts,
  outer: ParsedRequest,
  operation: BatchOperation,
  addresses: ContentAddresses,
): ServiceResponse {
  const { options } = service
  try {
    return dispatch(operationRequest(operation, outer, options.links.organizationSegment, addresses))
  } catch (error) {
    return errorResponse(error, options, parsePreferences(operation.headers.prefer))
  }
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/i, '')
}
