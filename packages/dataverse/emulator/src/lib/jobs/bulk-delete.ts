import { parseQueryExpression } from '../conditions/query-expression.js'
import { methodNotAllowed, notEmulated } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { bodyMembers, invalidArgument, requiredText } from '../metadata/request-members.js'
import type { Service } from '../service.js'
import { startBulkDeleteJob } from './bulk-delete-job.js'

/** Parameters that change nothing here: there is neither a recycle bin nor a plug-in, and nobody to be told. */
const withoutEffect = new Set(['QuerySet', 'JobName', 'StartDateTime', 'Options'])
const options = new Set(['CanRecoverDeletedRecords', 'RunJobForSandbox'])

/**
 * Serves `POST BulkDelete`; `undefined` for every other request. The answer comes before anything is deleted: it names the
 * job, whose row in `asyncoperations` tells how far it is.
 *
 * Source: Microsoft Learn, "Delete data in bulk".
 */
export function bulkDelete(service: Service, request: ParsedRequest): ServiceResponse | undefined {
  if (request.segments[0] !== 'BulkDelete' || request.segments.length !== 1) return undefined
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  const parameters = bodyMembers(request.body)
  const name = requiredText(parameters, 'JobName')
  const { QuerySet: querySet } = parameters
  if (!Array.isArray(querySet) || querySet.length === 0) {
    throw invalidArgument("'QuerySet' must be a list with at least one query.")
  }
  // Understood now, so that a bad query is refused and not lost in a job.
  for (const query of querySet) parseQueryExpression(query, service.schema, service.context)
  refuseOthers(service, parameters)
  const jobId = service.store.transact(() => startBulkDeleteJob(service, name, querySet))
  const context = `${request.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse`
  return jsonResponse(200, { '@odata.context': context, JobId: jobId })
}

function refuseOthers(service: Service, parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    const isEmpty =
      value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0)
    if (withoutEffect.has(name) || name.startsWith('@') || isEmpty) continue
    throw notEmulated(`the parameter '${name}' of BulkDelete`)
  }
  for (const [name, value] of Object.entries(bodyMembers(parameters.Options ?? {}))) {
    if (!options.has(name) && !name.startsWith('@')) throw notEmulated(`the option '${name}' of BulkDelete`)
    if (value !== null && typeof value !== 'boolean' && options.has(name)) {
      throw invalidArgument(`The option '${name}' of BulkDelete is true or false.`)
    }
  }
  const start = parameters.StartDateTime ?? undefined
  if (start === undefined) return
  const at = typeof start === 'string' ? Date.parse(start) : Number.NaN
  if (Number.isNaN(at)) throw invalidArgument("'StartDateTime' must be a date and time.")
  if (at > service.options.clock()) throw notEmulated("a 'StartDateTime' of BulkDelete in the future")
}
