import { ServiceError } from '../http/service-error.js'
import type { BatchItem, BatchOperation } from './batch-item.js'
import { BatchRefusal } from './batch-refusal.js'
import { parseBoundary } from './multipart-boundary.js'
import { type MultipartPart, splitMultipart } from './multipart-parts.js'
import { readOperation } from './read-operation.js'

/**
 * Takes a batch body apart and checks what the service checks before it runs anything.
 *
 * @throws BatchRefusal for what is answered with a flat object, ServiceError for the rest.
 */
export function parseBatch(body: Buffer, boundary: string, maxOperations: number): BatchItem[] {
  const parts = splitMultipart(withLineEnds(body.toString('latin1')), boundary)
  if (parts.length === 0) {
    throw new BatchRefusal(`The batch has no part that begins with the boundary '${boundary}'.`)
  }
  const items = parts.map((part) => readItem(part, maxOperations))
  const count = items.reduce((sum, item) => sum + (item.kind === 'changeset' ? item.operations.length : 1), 0)
  if (count > maxOperations) {
    throw new BatchRefusal(
      'The current batch message contains too many parts. Only batch messages with a maximum number of ' +
        `'${maxOperations}' query operations, including changeset operations, are allowed.`,
    )
  }
  return items
}

/** Bare line feeds are taken where the whole batch has no others and ends with two of them (SupportArticles: client errors). */
function withLineEnds(text: string): string {
  return text.endsWith('\n\n') && !text.includes('\r') ? text.replaceAll('\n', '\r\n') : text
}

function readItem(part: MultipartPart, maxOperations: number): BatchItem {
  const boundary = parseBoundary(part.headers['content-type'])
  if (boundary === undefined) return { ...readRequest(part), contentId: undefined }
  // The line end after its closing boundary went to the boundary of the batch.
  const parts = splitMultipart(`${part.content}${part.readable ? '\r\n' : '\n'}`, boundary)
  const operations = parts.map(readRequest)
  checkChangeset(operations, maxOperations)
  return { kind: 'changeset', operations }
}

function readRequest(part: MultipartPart): BatchOperation {
  if (parseBoundary(part.headers['content-type']) !== undefined) {
    throw new BatchRefusal('A change set cannot contain another change set.')
  }
  const operation = readOperation(part)
  if (/(^|\/)(\$|%24)batch(\?|$)/i.test(operation.url)) {
    throw new BatchRefusal('A batch request cannot contain another batch request.')
  }
  return operation
}

function checkChangeset(operations: readonly BatchOperation[], maxOperations: number): void {
  if (operations.length > maxOperations) {
    throw new BatchRefusal(
      'The current change set contains too many operations. A maximum number of ' +
        `'${maxOperations}' operations are allowed in a change set.`,
    )
  }
  const ids = new Set<string>()
  for (const { method, contentId } of operations) {
    if (method === 'GET') {
      throw new BatchRefusal(
        `An invalid HTTP method '${method}' was detected for a request in a change set. ` +
          "Requests in change sets only support the HTTP methods 'POST', 'PUT', 'DELETE', and 'PATCH'.",
      )
    }
    if (contentId === undefined || contentId === '') {
      throw new ServiceError(400, '0x80060888', 'Content-ID header not present')
    }
    if (ids.has(contentId)) {
      throw new BatchRefusal(
        `The content ID '${contentId}' was found more than once in the same change set or same batch request. ` +
          'Content IDs have to be unique across all operations of a change set for OData V4.0 ' +
          'and have to be unique across all operations in the whole batch request for OData V4.01.',
      )
    }
    ids.add(contentId)
  }
}
