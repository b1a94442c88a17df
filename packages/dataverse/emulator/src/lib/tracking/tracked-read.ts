import { notEmulated, ServiceError } from '../http/service-error.js'
import type { ParsedRequest } from '../http/service-response.js'
import { optionRefused } from '../query/query-errors.js'
import type { QueryOptions } from '../query/query-options.js'
import type { PageContent } from '../reading/page-body.js'
import { pageInIdOrder } from '../reading/pages.js'
import type { SkipToken } from '../reading/skip-token.js'
import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import { type DeltaToken, encodeForLink, formatDeltaToken, parseDeltaToken } from './delta-token.js'
import { countDelta, type DeltaPosition, deltaStart, readDelta } from './read-delta.js'
import { tokenLifetimeMs } from './token-lifetime.js'

/** One request of a tracked read, with what it needs. */
export interface TrackedRead {
  readonly service: Service
  readonly request: ParsedRequest
  readonly table: Table
  readonly query: QueryOptions
  readonly pageSize: number
  readonly skip: SkipToken | undefined
}

/** Serves one page of a tracked read: the first full read, or a delta. */
export function readTrackedPage(read: TrackedRead): PageContent {
  checkTrackable(read)
  const since = tokenOf(read)
  const full = since === 'full-result' || read.skip?.extras.part === 'rows'
  return full || since === undefined ? fullPage(read) : deltaPage(read, since)
}

/**
 * Answers `/$count?$deltatoken=…`: all entries, deletions included, without a cap (neither is documented).
 */
export function countTracked(read: TrackedRead): number {
  checkTrackable(read)
  const since = tokenOf(read)
  const rows = read.service.store.table(read.table.logicalName)
  return since === 'full-result' || since === undefined ? rows.size : countDelta(rows, since.version)
}

function checkTrackable({ service, table, query }: TrackedRead): void {
  const refused: [boolean, string][] = [
    [query.filter !== undefined, '$filter'],
    [query.orderBy.length > 0, '$orderby'],
    [query.top !== undefined, '$top'],
    [query.expand.length > 0 && service.options.changeTracking.refuseExpand, '$expand'],
  ]
  for (const [present, option] of refused) {
    if (present) {
      throw optionRefused(`The "${option}" query parameter isn't supported when Change Tracking is enabled.`)
    }
  }
  if (!table.changeTrackingEnabled) {
    const message = `Entity ${table.logicalName} isn't enabled for change tracking.`
    throw new ServiceError(400, '0x80072491', message)
  }
  const untracked = table.intersect?.ends.find(
    (end) => service.schema.byLogicalName(end.table)?.changeTrackingEnabled !== true,
  )
  if (untracked !== undefined) {
    const message = `Entity ${untracked.table}, which ${table.logicalName} relates, isn't enabled for change tracking.`
    throw new ServiceError(400, '0x80072492', message)
  }
  if (query.count) throw notEmulated('$count=true together with change tracking')
}

function tokenOf({ service, table, query }: TrackedRead): DeltaToken | 'full-result' | undefined {
  if (query.deltaToken === undefined) return undefined
  const { changeTracking } = service.options
  const token = parseDeltaToken(query.deltaToken)
  if (token === undefined || token.version > service.store.version) {
    if (changeTracking.unknownToken === 'full-result') return 'full-result'
    throw new ServiceError(400, '0x80060888', 'The delta token in the request is not valid.')
  }
  const age = service.options.clock() - token.at
  const old = age > tokenLifetimeMs(service)
  if (!old && token.version >= service.tokenFloors.of(table.logicalName)) return token
  if (changeTracking.expiry === 'full-result') return 'full-result'
  throw new ServiceError(
    400,
    '0x80044352',
    'The version stamp associated with the client has expired. Please perform a full sync.',
  )
}

function fullPage(read: TrackedRead): PageContent {
  const { service, table, query, pageSize, skip } = read
  const page = pageInIdOrder(service, table, query, pageSize, skip)
  const delta = query.deltaToken !== undefined
  const stamp = stampOf(read)
  if (page.next === undefined) return { entries: page.rows, delta, deltaLink: deltaLink(read, stamp) }
  const next: SkipToken = { ...page.next, tracking: true, extras: { part: 'rows', ...carried(read, stamp) } }
  return { entries: page.rows, delta, next }
}

function deltaPage(read: TrackedRead, token: DeltaToken): PageContent {
  const { service, table, pageSize, skip } = read
  const rows = service.store.table(table.logicalName)
  const position = positionOf(skip) ?? deltaStart(token.version, service.options.changeTracking.order)
  const { entries, next } = readDelta(rows, token.version, position, pageSize)
  const stamp = stampOf(read)
  const [first] = entries
  if (next === undefined || first === undefined) {
    return { entries: entries.map(contentOf), delta: true, deltaLink: deltaLink(read, stamp) }
  }
  return {
    entries: entries.map(contentOf),
    delta: true,
    next: {
      page: (skip?.page ?? 1) + 1,
      columns: [{ name: 'versionnumber', last: String(next.version), first: String(first.version) }],
      tracking: true,
      extras: { part: next.part, ...carried(read, stamp) },
    },
  }
}

function contentOf(entry: ReturnType<typeof readDelta>['entries'][number]): PageContent['entries'][number] {
  return 'row' in entry ? entry.row : entry.deletedId
}

function positionOf(skip: SkipToken | undefined): DeltaPosition | undefined {
  if (skip === undefined) return undefined
  const { part } = skip.extras
  const version = Number(skip.columns[0]?.last)
  const known = part === 'changed' || part === 'deleted' || part === 'all'
  if (!known || !Number.isSafeInteger(version)) throw optionRefused('The $skiptoken is not one of a delta.')
  return { part, version }
}

/** The moment that the read's token stands for: now, or what the first page noted in the cookie. */
function stampOf({ service, skip }: TrackedRead): DeltaToken {
  const noted = skip?.extras.stamp
  const first = noted === undefined ? undefined : parseDeltaToken(noted)
  return first ?? { version: service.store.version, at: service.options.clock() }
}

function carried({ service }: TrackedRead, stamp: DeltaToken): Record<string, string> {
  return service.options.changeTracking.watermark === 'first-page' ? { stamp: formatDeltaToken(stamp) } : {}
}

function deltaLink({ service, request, table, query }: TrackedRead, stamp: DeltaToken): string {
  const kept = query.parts.filter(({ name }) => name !== '$deltatoken' && name !== '$skiptoken')
  const token = encodeForLink(formatDeltaToken(stamp), service.options.links.hex)
  const parts = [...kept.map(({ raw }) => raw), `$deltatoken=${token}`]
  service.tokenColumns.note(table, formatDeltaToken(stamp), query)
  return `${request.serviceRoot}/${table.entitySetName}?${parts.join('&')}`
}
