import type { DataverseClient } from '@deltaverse/client'
import { DataverseError, type Row, type UpsertedChange } from '@deltaverse/core'
import type { RowRun } from '@deltaverse/protocol'
import { changesOfRuns, createChangeShape } from '../change.js'
import { toFeedSettings } from '../options.js'
import { type PageEnd, type PageOptions, readPages } from '../page-reader.js'
import { describeTable } from '../table-description.js'
import { fetchXmlOfPage, isTopOnly, readPagingCookie } from './fetch-xml.js'
import { type QueryRowsOptions, queryRowsOptions, type RowQuery } from './query-options.js'
import { collectionOf, tableOfQuery } from './query-table.js'

/** A row of an answer: its bytes as they came, parsed when somebody asks. */
export type QueryRow<R extends object = Row> = Pick<UpsertedChange<R>, 'bytes' | 'row' | 'rowVersion'>

/** Longer addresses are refused by the service (Microsoft Learn: Compose HTTP requests, "Maximum URL length"). */
const longestAddress = 32_768

/**
 * Streams the rows of a query, page by page: a group is told once its page has come to its end, so nothing is told twice. Of FetchXML
 * the pages are asked for by their cookies, and columns without a value are left out of its rows, as the service does.
 *
 * The type parameter says what your rows look like; it is not checked at run time.
 *
 * @throws TypeError for what is no query; DataverseError for what the service refuses
 *
 * Source: Microsoft Learn, "Query data using the Web API", "Page results using FetchXml".
 */
export async function* queryRows<R extends object = Row>(
  client: DataverseClient,
  query: RowQuery,
  input: QueryRowsOptions = {},
): AsyncGenerator<readonly QueryRow<R>[], void, undefined> {
  const { signal, onEvent, ...given } = queryRowsOptions.parse(input)
  signal?.throwIfAborted()
  const isFetch = typeof query !== 'string'
  const entitySet = isFetch
    ? (await describeTable(client, tableOfQuery(query), { signal })).entitySet
    : collectionOf(query)
  const settings = toFeedSettings({
    ...given,
    entitySet,
    mode: 'full-copy',
    onEvent: (event) => {
      if (event.kind === 'retry') onEvent?.(event)
    },
  })
  const options: PageOptions = { ...settings, tracked: false, anyTable: true }
  const pages = isFetch
    ? fetchPages(client, { entitySet, fetchXml: query.fetchXml }, options, signal)
    : readPages(client, encodeAddress(query), options, signal)
  const shape = createChangeShape({
    entitySet,
    // Rows of a query are told apart by nobody here; some, such as sums, have no key.
    primaryKey: 'id',
    partitionKey: undefined,
    exactNumbers: settings.exactNumbers,
  })
  let runs: RowRun[] = []
  let page = 0
  for await (const part of pages) {
    if (part.kind === 'rows') {
      runs.push(...part.runs)
      continue
    }
    const rows = part.kind === 'end' ? changesOfRuns(runs, shape) : []
    runs = []
    if (part.kind === 'end') {
      page += 1
      const { bytesReceived, bodyBytes } = part
      const counted = { page, upserted: rows.length, deleted: 0, bytesReceived, bodyBytes }
      onEvent?.({ kind: 'page', phase: 'snapshot', ...counted })
    }
    if (rows.length > 0) yield rows as unknown as readonly QueryRow<R>[]
  }
}

interface FetchQuery {
  readonly entitySet: string
  readonly fetchXml: string
}

async function* fetchPages(
  client: DataverseClient,
  { entitySet, fetchXml }: FetchQuery,
  options: PageOptions,
  signal: AbortSignal | undefined,
): ReturnType<typeof readPages> {
  const asked = options.annotations
  const annotations = asked === undefined ? pagingAnnotations : [...pagingAnnotations, ...[asked].flat()]
  // The size of a page stands in the query; the preference for it is of OData's own queries.
  const ofPage: PageOptions = { ...options, annotations, pageSize: undefined }
  let pagingCookie: string | undefined
  for (let page = 1; ; page += 1) {
    const xml = fetchXmlOfPage(fetchXml, { page, pagingCookie }, options.pageSize)
    const path = `${entitySet}?fetchXml=${encodeURIComponent(xml)}`
    if (path.length > longestAddress) throw tooLong(path.length)
    let last: PageEnd | undefined
    for await (const part of readPages(client, path, ofPage, signal)) {
      if (part.kind === 'end') last = part
      yield part
    }
    if (last?.moreRecords !== true || isTopOnly(fetchXml)) return
    // Some queries get none, such as those in the order of a linked table: then pages are counted alone.
    pagingCookie = last.pagingCookie === undefined ? undefined : readPagingCookie(last.pagingCookie)
  }
}

const pagingAnnotations = [
  'Microsoft.Dynamics.CRM.fetchxmlpagingcookie',
  'Microsoft.Dynamics.CRM.morerecords',
] as const

function tooLong(characters: number): DataverseError {
  return new DataverseError(
    `the query makes an address of ${characters} characters, and the service takes ${longestAddress}. Ask for fewer columns, or for all of them`,
    { code: 'bad-request' },
  )
}

/** As people write it, with blanks and quotes; what is encoded already stays as it is. */
function encodeAddress(query: string): string {
  const at = query.indexOf('?')
  const path = query.replace(/^\//, '')
  if (at === -1) return path
  return path
    .replace(/[^\x21-\x7e]|["<>\\^`{|}]/gu, (character) => encodeURIComponent(character))
    .replaceAll('+', '%2B')
}
