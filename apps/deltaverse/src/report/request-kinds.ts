import { formatCount, plural } from '../program/format-quantity.js'

/** What a request is for, so that a report can say why there are more than there are pages. */
export type RequestKind = 'rows' | 'definitions' | 'counts' | 'settings' | 'batches' | 'bulk' | 'writes'

/** Requests by what they are for; those that were sent again are `repeated`. */
export type RequestCountsByKind = Readonly<Partial<Record<RequestKind | 'repeated', number>>>

export function kindOfRequest(method: string, path: string): RequestKind {
  const name = path.replace(/^.*?\/api\/data\/v[\d.]+\//, '').replace(/[?(].*$/s, '')
  if (method === 'GET') {
    if (/^(?:\$metadata|EntityDefinitions|GlobalOptionSetDefinitions|RelationshipDefinitions)\b/.test(name))
      return 'definitions'
    if (name === 'RetrieveTotalRecordCount' || name.endsWith('/$count')) return 'counts'
    return /^(?:organizations|WhoAmI|RetrieveCurrentOrganization)$/.test(name) ? 'settings' : 'rows'
  }
  if (name === '$batch') return 'batches'
  return /\b(?:Create|Update|Upsert|Delete)Multiple$/.test(name) ? 'bulk' : 'writes'
}

const words: Readonly<Record<RequestKind | 'repeated', (count: number) => string>> = {
  rows: (count) => `${formatCount(count)} for rows`,
  definitions: (count) => `${formatCount(count)} for definitions`,
  counts: (count) => `${formatCount(count)} to count rows`,
  settings: (count) => `${formatCount(count)} for settings of the environment`,
  batches: (count) => plural(count, 'batch', 'batches'),
  bulk: (count) => plural(count, 'bulk message'),
  writes: (count) => plural(count, 'single write'),
  repeated: (count) => `${formatCount(count)} sent again`,
}

/** `13 requests: 7 pages, 4 for definitions, 1 to count rows, 1 sent again` */
export function formatRequests(kinds: RequestCountsByKind, pages?: number): string {
  const counted = (Object.keys(words) as (RequestKind | 'repeated')[]).flatMap((kind) => {
    const count = kinds[kind] ?? 0
    return count === 0 ? [] : [{ kind, count }]
  })
  const parts = counted.map(({ kind, count }) => {
    if (kind !== 'rows' || pages === undefined) return words[kind](count)
    return count === pages ? plural(count, 'page') : `${words.rows(count)} (${plural(pages, 'page')})`
  })
  const total = counted.reduce((sum, { count }) => sum + count, 0)
  return `${plural(total, 'request')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}
