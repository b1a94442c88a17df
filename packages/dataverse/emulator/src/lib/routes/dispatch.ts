import { closingAction } from '../actions/closing-actions.js'
import { referenceRequest } from '../associations/reference-request.js'
import { seedAction } from '../auto-numbers/seed-actions.js'
import { handleBatch } from '../batch/handle-batch.js'
import { bulkRequest } from '../bulk/bulk-request.js'
import { messageFilters } from '../bulk/message-filters.js'
import type { FaultScript } from '../faults/fault-script.js'
import { fetchRows } from '../fetch/fetch-rows.js'
import { fileMessage } from '../files/file-messages.js'
import { hasTextNumbers } from '../http/ieee754.js'
import { methodNotAllowed, notEmulated, segmentNotFound } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { createIdSequence } from '../ids.js'
import { bulkDelete } from '../jobs/bulk-delete.js'
import { finishJobs } from '../jobs/system-jobs.js'
import { handleMetadata } from '../metadata/handle-metadata.js'
import { createKeyIndexTimer } from '../metadata/key-index-timer.js'
import type { MetadataContext } from '../metadata/metadata-context.js'
import { countRows, listRows } from '../reading/list-rows.js'
import { createRowFormats } from '../reading/row-formats.js'
import type { Service } from '../service.js'
import { actingUser } from './acting-user.js'
import { propertyRequest } from './property-requests.js'
import { parseSegment } from './row-address.js'
import { postRow, type RowRequest, rowRequest } from './row-requests.js'

/** Answers one request. */
export type Dispatch = (request: ParsedRequest) => Promise<ServiceResponse>

/** Creates what finds the handler of each request; `faults` also hit the parts of batches. */
export function createDispatch(service: Service, faults: FaultScript): Dispatch {
  const dispatch = createRequestDispatch(service)
  const ids = createIdSequence(service.options.seed + 2)
  const { context, schema, options } = service
  const timer = createKeyIndexTimer({ ...context, schema }, options.keyIndexingStepMs)
  return async (request) => {
    timer.tick()
    const answer =
      request.segments[0] === '$batch'
        ? await handleBatch({ service, dispatch, faults, ids }, request)
        : dispatch(request)
    if (options.jobs === 'immediate') finishJobs(service)
    return answer
  }
}

function createRequestDispatch(service: Service): (request: ParsedRequest) => ServiceResponse {
  const route = createRouter(service)
  return (request) => {
    const userId = actingUser(service, request) ?? service.context.userId
    const textNumbers = hasTextNumbers(request.headers['content-type'])
    return service.serve({ userId, textNumbers }, () => route(request))
  }
}

function createRouter(service: Service): (request: ParsedRequest) => ServiceResponse {
  const formats = createRowFormats(service)
  const { schema, options } = service
  const metadata: MetadataContext = { ...service.context, schema, keyIndexing: options.keyIndexing }
  return (request) => {
    const [first = '', ...rest] = request.segments
    refuseHeaders(request)
    const name = first.split('(', 1)[0] ?? ''
    const table = schema.byEntitySet(name)
    if (name === 'sdkmessagefilters' && table === undefined) return messageFilters(request, schema)
    if (table === undefined)
      return (
        handleMetadata(request, metadata) ??
        closingAction(service, request) ??
        bulkDelete(service, request) ??
        fileMessage(service, request) ??
        seedAction(service, request) ??
        unknownSegment(service, name)
      )
    const { predicate } = parseSegment(first)
    const context: RowRequest = { service, formats, request, table }
    if (rest.at(-1) === '$ref') return referenceRequest(context, predicate, rest)
    const operation = rest.find((segment) => segment.startsWith('Microsoft.Dynamics.CRM.'))
    if (operation !== undefined && operation === rest[0] && predicate === undefined) {
      return bulkRequest(context, rest)
    }
    if (operation !== undefined) throw notEmulated(`the operation ${operation}`)
    if (predicate === undefined) return setRequest(context, rest)
    return rest.length === 0
      ? rowRequest(context, predicate, first)
      : propertyRequest(context, predicate, rest)
  }
}

// A header that would change what a request does, and would be betrayed if it were overlooked.
function refuseHeaders({ headers }: ParsedRequest): void {
  if (headers['mscrm.suppressduplicatedetection']?.toLowerCase() === 'false') {
    throw notEmulated('duplicate detection (the header MSCRM.SuppressDuplicateDetection)')
  }
}

// Entity sets are in lower case; functions and actions, of which the service has hundreds, begin in upper case.
function unknownSegment({ schema }: Service, name: string): never {
  // The name of a table in its own case is no resource (SupportArticles: client errors of the Web API).
  if (schema.byLogicalName(name.toLowerCase()) !== undefined) throw segmentNotFound(name)
  if (/^[A-Z]/.test(name)) throw notEmulated(`the operation ${name}`)
  throw segmentNotFound(name)
}

function setRequest(context: RowRequest, rest: readonly string[]): ServiceResponse {
  const { service, formats, request, table } = context
  if (rest.length === 1 && rest[0] === '$count') {
    if (request.method !== 'GET') throw methodNotAllowed(request.method)
    return countRows(service, request, table)
  }
  const [unknown] = rest
  if (unknown !== undefined) throw segmentNotFound(unknown)
  if (request.method === 'GET') {
    return fetchRows(service, request, table) ?? listRows(service, formats, request, table)
  }
  if (request.method === 'POST') return postRow(context)
  throw methodNotAllowed(request.method)
}
