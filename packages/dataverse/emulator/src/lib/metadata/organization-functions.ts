import { methodNotAllowed, ServiceError } from '../http/service-error.js'
import { jsonResponse, type ParsedRequest, type ServiceResponse } from '../http/service-response.js'
import { parseQueryParts } from '../query/query-parts.js'
import { deterministicId } from '../schema/deterministic-id.js'
import type { MetadataContext } from './metadata-context.js'
import { bodyMembers, invalidArgument, requiredText } from './request-members.js'
import { reactivateKey } from './write-keys.js'

const version = '9.2.0.0'
/** What `x-ms-dop-hint` recommends. */
const parallelism = '4'

/** Answers a request, or leaves it to somebody else. */
type Operation = (request: ParsedRequest, context: MetadataContext, call: FunctionCall) => ServiceResponse

interface FunctionCall {
  readonly name: string
  /** The text between the parentheses, `''` when there is none. */
  readonly arguments: string
}

const functions: Readonly<Record<string, Operation>> = {
  WhoAmI: (request, { userId, businessUnitId, organizationId }) =>
    answer(
      request,
      'WhoAmIResponse',
      { BusinessUnitId: businessUnitId, UserId: userId, OrganizationId: organizationId },
      { 'x-ms-dop-hint': parallelism },
    ),
  RetrieveVersion: (request) => answer(request, 'RetrieveVersionResponse', { Version: version }),
  RetrieveCurrentOrganization: (request, context) => retrieveCurrentOrganization(request, context),
  RetrieveTotalRecordCount: (request, context, call) => retrieveTotalRecordCount(request, context, call),
}

const actions: Readonly<Record<string, Operation>> = {
  PublishXml: (request) => {
    requiredText(bodyMembers(request.body), 'ParameterXml')
    return { status: 204 }
  },
  PublishAllXml: () => ({ status: 204 }),
  ReactivateEntityKey: (request, context) => reactivateKey(request, context),
}

/** Answers the unbound functions and actions that belong to metadata and the organization. */
export function organizationOperation(
  request: ParsedRequest,
  context: MetadataContext,
): ServiceResponse | undefined {
  const [segment = ''] = request.segments
  if (request.segments.length !== 1) return undefined
  const open = segment.indexOf('(')
  const name = open < 0 ? segment : segment.slice(0, open)
  const call = { name, arguments: open < 0 ? '' : segment.slice(open + 1, -1) }
  if (Object.hasOwn(functions, name)) {
    // To another method a function is no resource at all, and says so without a code (SupportArticles: client errors).
    if (request.method !== 'GET') {
      const uri = `${request.serviceRoot}/${segment}`
      throw new ServiceError(404, '', `No HTTP resource was found that matches the request URI '${uri}'.`)
    }
    return functions[name]?.(request, context, call)
  }
  if (!Object.hasOwn(actions, name)) return undefined
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  return actions[name]?.(request, context, call)
}

function answer(
  request: ParsedRequest,
  type: string,
  members: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): ServiceResponse {
  const context = `${request.serviceRoot}/$metadata#Microsoft.Dynamics.CRM.${type}`
  return jsonResponse(200, { '@odata.context': context, ...members }, headers)
}

function retrieveCurrentOrganization(request: ParsedRequest, context: MetadataContext): ServiceResponse {
  const name = context.row('organization', context.organizationId)?.name
  const friendlyName = typeof name === 'string' ? name : 'emulator'
  const web = request.serviceRoot.replace(/\/api\/data\/v[\d.]+$/, '')
  return answer(request, 'RetrieveCurrentOrganizationResponse', {
    Detail: {
      OrganizationId: context.organizationId,
      FriendlyName: friendlyName,
      OrganizationVersion: version,
      EnvironmentId: context.organizationId,
      DatacenterId: deterministicId('datacenter'),
      Geo: 'EMEA',
      TenantId: deterministicId('tenant'),
      UrlName: friendlyName,
      UniqueName: friendlyName,
      Endpoints: {
        Count: 1,
        IsReadOnly: false,
        Keys: ['WebApplication'],
        Values: [`${web}/`],
      },
      State: 'Enabled',
    },
  })
}

function retrieveTotalRecordCount(
  request: ParsedRequest,
  context: MetadataContext,
  call: FunctionCall,
): ServiceResponse {
  const names = entityNames(request, call)
  for (const name of names) {
    if (context.schema.byLogicalName(name) === undefined) {
      throw new ServiceError(400, '0x80072493', `There is no table with the logical name '${name}'.`)
    }
  }
  return answer(request, 'RetrieveTotalRecordCountResponse', {
    EntityRecordCountCollection: {
      Count: names.length,
      IsReadOnly: false,
      Keys: names,
      Values: names.map((name) => context.rowCount(name)),
    },
  })
}

function entityNames(request: ParsedRequest, call: FunctionCall): string[] {
  const written = /^\s*EntityNames\s*=\s*([\s\S]+)$/.exec(call.arguments)?.[1]?.trim() ?? ''
  const text = written.startsWith('@')
    ? (parseQueryParts(request.rawQuery).find((part) => part.name === written)?.value ?? '')
    : written
  const names = parseNames(text)
  if (names === undefined) {
    throw invalidArgument('RetrieveTotalRecordCount needs EntityNames: a JSON array of logical names.')
  }
  return names
}

function parseNames(text: string): string[] | undefined {
  try {
    const names: unknown = JSON.parse(text.replaceAll("'", '"'))
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined
  } catch {
    return undefined
  }
}
