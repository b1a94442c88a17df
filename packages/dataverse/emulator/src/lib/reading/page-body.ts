import { rowContentType, wantsTextNumbers } from '../http/ieee754.js'
import { includesAnnotation } from '../http/preferences.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import { formatContext } from '../query/format-context.js'
import type { QueryOptions } from '../query/query-options.js'
import type { RowFormat } from '../query/row-shape.js'
import { splitIdentity } from '../schema/row-identity.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { formatSkipToken, type SkipToken } from './skip-token.js'

/** What a page of a list holds, before it is written. */
export interface PageContent {
  /** Rows, and the ids of deleted ones. */
  readonly entries: readonly (StoredRow | string)[]
  /** Whether it answers a delta link. */
  readonly delta: boolean
  readonly next?: SkipToken
  readonly deltaLink?: string
  /** `@odata.count`, already capped, and whether the cap was reached. */
  readonly count?: { readonly value: number; readonly exceeded: boolean }
}

/** What a page is written for. */
export interface PageRequest {
  readonly service: Service
  readonly request: ParsedRequest
  readonly table: Table
  readonly query: QueryOptions
  readonly format: RowFormat
  /** Path after the service root, such as `accounts`. */
  readonly path: string
  /** Whether {@link format} writes the addresses of rows instead of rows. */
  readonly references?: boolean | undefined
  /** Names of the preferences that were honoured, as they are told in `Preference-Applied`. */
  readonly applied: readonly string[]
}

/** Writes a page; rows are joined as text and never become one big object. */
export function pageResponse(page: PageRequest, content: PageContent): ServiceResponse {
  const { request, service, table, query, format } = page
  const { serviceRoot } = request
  const set = table.entitySetName
  const context =
    page.references === true
      ? `${serviceRoot}/$metadata#Collection($ref)`
      : formatContext({
          serviceRoot,
          entitySet: set,
          selected: query.selected,
          expand: query.expand,
          kind: content.delta ? 'delta' : 'list',
        })
  const deletedContext = JSON.stringify(`${serviceRoot}/$metadata#${set}/$deletedEntity`)
  const values = content.entries.map((entry) =>
    typeof entry === 'string'
      ? `{"@odata.context":${deletedContext},${deletedRow(page, entry)},"reason":"deleted"}`
      : format(entry),
  )
  const links = linkMembers(page, content)
  const members = [`"@odata.context":${JSON.stringify(context)}`, ...countMembers(page, content)]
  if (service.options.links.position === 'before-value') members.push(...links)
  members.push(`"value":[${values.join(',')}]`)
  if (service.options.links.position === 'after-value') members.push(...links)
  return {
    status: 200,
    headers: {
      'Content-Type': rowContentType(request),
      ...(page.applied.length > 0 ? { 'Preference-Applied': page.applied.join(', ') } : {}),
    },
    body: `{${members.join(',')}}`,
  }
}

function deletedRow({ service }: PageRequest, identity: string): string {
  const { id, partition } = splitIdentity(identity)
  const told =
    service.options.changeTracking.elasticDeletions === 'id-and-partition' && partition !== undefined
  return told ? `"id":"${id}","partitionid":${JSON.stringify(partition)}` : `"id":"${id}"`
}

function countMembers({ request, service }: PageRequest, { count }: PageContent): string[] {
  const number = wantsTextNumbers(request) ? String : Number
  const annotation = (name: string, value: unknown): string[] => {
    const full = `Microsoft.Dynamics.CRM.${name}`
    return includesAnnotation(request.preferences, full) ? [`"@${full}":${JSON.stringify(value)}`] : []
  }
  return [
    ...(count === undefined ? [] : [`"@odata.count":${JSON.stringify(number(count.value))}`]),
    ...annotation('totalrecordcount', count?.value ?? -1),
    ...annotation('totalrecordcountlimitexceeded', count?.exceeded ?? false),
    ...annotation('globalmetadataversion', service.context.metadataVersion()),
  ]
}

function linkMembers({ request, query, path }: PageRequest, { next, deltaLink }: PageContent): string[] {
  if (deltaLink !== undefined) return [`"@odata.deltaLink":${JSON.stringify(deltaLink)}`]
  if (next === undefined) return []
  const kept = query.parts.filter(({ name }) => name !== '$skiptoken').map(({ raw }) => raw)
  const parts = [...kept, `$skiptoken=${formatSkipToken(next)}`]
  return [`"@odata.nextLink":${JSON.stringify(`${request.serviceRoot}/${path}?${parts.join('&')}`)}`]
}
