import { methodNotAllowed, notEmulated } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { parseQueryParts } from '../query/query-parts.js'
import { formatCsdl } from './csdl.js'
import { parseDefinitionSegment } from './definition-address.js'
import type { MetadataContext } from './metadata-context.js'
import { organizationOperation } from './organization-functions.js'
import { readDefinitions } from './read-definitions.js'
import { serviceDocument } from './service-document.js'
import { writeDefinitions } from './write-definitions.js'

/** Metadata that Dataverse has and the emulator has not. */
const missing = new Set([
  'RelationshipDefinitions',
  'GlobalOptionSetDefinitions',
  'ManagedPropertyDefinitions',
  'RetrieveMetadataChanges',
  'RetrieveAllEntities',
  'RetrieveEntity',
])

/**
 * Answers requests for the service document, `$metadata`, table definitions, and the functions and actions of the
 * organization.
 *
 * @returns `undefined` when the address is none of these.
 * @throws ServiceError for what the service refuses (4xx) and what the emulator lacks (501).
 */
export function handleMetadata(
  request: ParsedRequest,
  context: MetadataContext,
): ServiceResponse | undefined {
  const [first] = request.segments
  if (first === undefined || first === '')
    return onlyGet(request, () => serviceDocument(request, context.schema))
  if (first === '$metadata') return onlyGet(request, () => csdlResponse(request, context))
  const name = /^\w*/.exec(first)?.[0] ?? ''
  if (missing.has(name)) throw notEmulated(name)
  if (name !== 'EntityDefinitions') return organizationOperation(request, context)
  if (request.method === 'GET') return readDefinitions(request, context.schema)
  return writeDefinitions(
    request,
    context,
    request.segments.map((segment) => parseDefinitionSegment(segment)),
  )
}

function onlyGet(request: ParsedRequest, work: () => ServiceResponse): ServiceResponse {
  if (request.method !== 'GET') throw methodNotAllowed(request.method)
  return work()
}

function csdlResponse(request: ParsedRequest, context: MetadataContext): ServiceResponse {
  const asked = parseQueryParts(request.rawQuery).some(
    ({ name, value }) => name === 'annotations' && value.toLowerCase() === 'true',
  )
  const annotations = asked || request.preferences.includeAnnotations.includes('*')
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml' },
    body: formatCsdl(context.schema, { annotations }),
  }
}
