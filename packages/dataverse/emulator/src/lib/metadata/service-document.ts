import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import type { Schema } from '../schema/schema.js'

/** Answers `GET {base}/`: the entity sets, by name. */
export function serviceDocument(request: ParsedRequest, schema: Schema): ServiceResponse {
  const names = schema.tables().map((table) => table.entitySetName)
  return jsonResponse(200, {
    '@odata.context': `${request.serviceRoot}/$metadata`,
    value: [...names, 'EntityDefinitions'].sort().map((name) => ({ name, kind: 'EntitySet', url: name })),
  })
}
