import type { DataverseClient, DataverseResponse } from '@deltaverse/client'
import { abortableDelay, DataverseError, isDataverseError, isResponseError } from '@deltaverse/core'
import {
  formatPrefer,
  hideLinkTokens,
  hideQuery,
  linkToPath,
  type PageEnvelope,
  PageFormatError,
  type RowRun,
} from '@deltaverse/protocol'
import { tableOfContext } from './context-table.js'
import { createLoopGuard } from './loop-guard.js'
import type { FeedSettings } from './options.js'
import { createPageDecoder } from './page-decoder.js'

/** What arrives of pages, in order: a start, any number of rows, an end; or a start, some rows, and the same start again. */
export type PagePart =
  | { readonly kind: 'start'; readonly context: string | undefined }
  | { readonly kind: 'rows'; readonly runs: readonly RowRun[] }
  | PageEnd

export interface PageEnd {
  readonly kind: 'end'
  /** Path and query of the page that follows. */
  readonly nextLink: string | undefined
  readonly deltaLink: string | undefined
  readonly preferenceApplied: string | undefined
  /** Of a page of FetchXML: where the next one goes on, and whether there is one. */
  readonly pagingCookie: string | undefined
  readonly moreRecords: boolean
  readonly bytesReceived: number
  readonly bodyBytes: number
}

/** How pages are asked for. */
export interface PageOptions extends FeedSettings {
  /** Whether the read is the begin or a part of change tracking, which knows no filter. Default: unless the table is copied. */
  readonly tracked?: boolean
  /** Whether the pages are of a delta, which may say nothing where nothing changed. Default: false. */
  readonly ofDelta?: boolean
  /** Whether rows of other tables may come: of a navigation, of a query with sums. Default: false. */
  readonly anyTable?: boolean
}

const baseRetryDelayMs = 500
const maxRetryDelayMs = 30_000

/**
 * Reads the page at a path and those that its next links lead to, until a page has none. A body that breaks off is asked
 * for again from the start of that page, so rows may come twice; none is left out.
 */
export async function* readPages(
  client: DataverseClient,
  firstPath: string,
  options: PageOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<PagePart, void, undefined> {
  // Of a checkpoint that was made at another address of the same service.
  const begin = firstPath.startsWith('/') ? linkToPath(client.serviceRoot, firstPath) : firstPath
  let nextPath: string | undefined = begin
  let failures = 0
  const isLoop = createLoopGuard(begin)
  while (nextPath !== undefined) {
    const path: string = nextPath
    try {
      const end: PageEnd = yield* readPage(client, path, options, signal)
      failures = 0
      nextPath = end.nextLink
      if (nextPath !== undefined && isLoop(nextPath)) throw goesInCircles(client, nextPath)
    } catch (error) {
      failures += 1
      if (!brokeOff(error) || failures > options.maxPageRetries || signal?.aborted)
        throw explain(error, client, path)
      const ceilingMs = Math.min(maxRetryDelayMs, baseRetryDelayMs * 2 ** (failures - 1))
      const delayMs = options.random() * ceilingMs
      options.onEvent({ kind: 'retry', error: error as Error, attempt: failures, delayMs })
      await abortableDelay(options.clock, delayMs, signal)
    }
  }
}

/** Whether the page came in part, so that asking again makes sense. Refusals were already retried by the client. */
function brokeOff(error: unknown): boolean {
  if (error instanceof PageFormatError) return error.reason === 'ended-early'
  if (!isDataverseError(error) || isResponseError(error)) return false
  return error.code === 'no-response' || (error.code === 'bad-response' && error.retryable)
}

function goesInCircles(client: DataverseClient, path: string): DataverseError {
  return new DataverseError(
    `the next links of ${client.origin}${hideQuery(path)} go in a circle, so the read would never end. Read the table again from the start; if it happens again, look for a proxy that answers from a cache`,
    { code: 'bad-response' },
  )
}

const hints: Readonly<Partial<Record<PageFormatError['reason'], string>>> = {
  'record-too-large': '; raise maxRecordBytes or select fewer columns',
  'too-deep': '; raise maxDepth if the table really has such rows',
}

function explain(error: unknown, client: DataverseClient, path: string): unknown {
  if (!(error instanceof PageFormatError)) return error
  const code = error.reason === 'record-too-large' ? 'record-too-large' : 'bad-response'
  const hint = hints[error.reason] ?? ''
  return new DataverseError(
    `the page at ${client.origin}${hideQuery(linkToPath(client.serviceRoot, path))} cannot be read: ${error.message}${hint}`,
    {
      code,
      retryable: error.reason === 'ended-early',
      cause: error,
    },
  )
}

async function* readPage(
  client: DataverseClient,
  path: string,
  options: PageOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<PagePart, PageEnd, undefined> {
  const prefer = preferences(options)
  const headers = prefer === undefined ? {} : { prefer }
  const response = await client.request({ method: 'GET', path, headers }, { signal })
  const decoder = createPageDecoder(options)
  let started = false
  let bodyBytes = 0
  for await (const chunk of response.body) {
    bodyBytes += chunk.length
    const runs = decoder.push(chunk)
    const head = decoder.head()
    if (!started && head !== undefined) {
      started = true
      const context = textMember(head, '@odata.context')
      if (!options.anyTable) requireTable(context, options.entitySet, response)
      yield { kind: 'start', context }
    }
    if (runs.length > 0) yield { kind: 'rows', runs }
  }
  const envelope = decoder.end()
  requirePage(envelope, response, options)
  if (!started) {
    const context = textMember(envelope, '@odata.context')
    if (!options.anyTable) requireTable(context, options.entitySet, response)
    yield { kind: 'start', context }
  }
  const end = endOf(envelope, response, client, bodyBytes)
  yield end
  return end
}

function endOf(
  envelope: PageEnvelope,
  response: DataverseResponse,
  client: DataverseClient,
  bodyBytes: number,
): PageEnd {
  return {
    kind: 'end',
    nextLink: linkMember(envelope, '@odata.nextLink', response, client),
    deltaLink: linkMember(envelope, '@odata.deltaLink', response, client),
    preferenceApplied: response.headers['preference-applied'],
    pagingCookie: textMember(envelope, '@Microsoft.Dynamics.CRM.fetchxmlpagingcookie'),
    moreRecords: envelope['@Microsoft.Dynamics.CRM.morerecords'] === true,
    bytesReceived: response.bytesReceived(),
    bodyBytes,
  }
}

/** Sent with every page: OData asks clients to repeat preferences when they follow links, and the service does not mind. */
function preferences({
  mode,
  tracked = mode === 'tracked',
  pageSize,
  annotations,
}: PageOptions): string | undefined {
  return formatPrefer({ trackChanges: tracked, maxPageSize: pageSize, includeAnnotations: annotations })
}

/**
 * An empty answer to a delta means that nothing changed; of a read of all rows it would be an empty table. JSON that says something else, such as a gateway's word that it is down, must
 * not pass for that.
 */
function requirePage(
  envelope: PageEnvelope,
  response: DataverseResponse,
  { ofDelta = false }: PageOptions,
): void {
  const names = Object.keys(envelope)
  // Headers were long sent when the service failed in the middle: what came before may not be all.
  if (names.includes('value') && names.includes('error')) throw endsInError(envelope, response)
  if (names.includes('value')) return
  if (ofDelta && (names.length === 0 || names.some((name) => name.startsWith('@')))) return
  // Not a word of it is repeated: whoever answers in the place of the service may repeat what it was sent, the token too.
  throw new DataverseError(
    `GET ${hideQuery(response.url)} was answered with JSON that is no page of rows: it has ${names.length === 0 ? 'nothing in it' : 'other members'} and no "value". Look for a gateway or proxy that answers in the place of the service`,
    { code: 'bad-response', retryable: true },
  )
}

/** A proxy that mixes answers up, or a link that leads elsewhere, must not bring the rows of one table into another. */
function requireTable(context: string | undefined, entitySet: string, response: DataverseResponse): void {
  const table = context === undefined ? undefined : tableOfContext(context)
  if (table === undefined || table === entitySet) return
  throw new DataverseError(
    `the page at ${hideQuery(response.url)} is one of ${table}, not of ${entitySet}. Nothing of it is taken; look for a proxy that answers from a cache, or a link that leads elsewhere`,
    { code: 'bad-response' },
  )
}

function endsInError({ error }: PageEnvelope, response: DataverseResponse): DataverseError {
  const { code, message } = Object(error)
  const said = typeof message === 'string' ? hideLinkTokens(message, response.url) : 'it says no more'
  return new DataverseError(
    `GET ${hideQuery(response.url)} was answered with a page that ends in an error of the service${typeof code === 'string' ? ` (${code})` : ''}: ${said}. Nothing of the page counts; it is asked for again`,
    { code: 'bad-response', retryable: true },
  )
}

function linkMember(
  envelope: PageEnvelope,
  name: string,
  response: DataverseResponse,
  client: DataverseClient,
): string | undefined {
  const link = envelope[name]
  if (link === undefined || link === null || link === '') return undefined
  try {
    return linkToPath(client.serviceRoot, link as string)
  } catch (cause) {
    throw new DataverseError(
      `the page at ${hideQuery(response.url)} has a "${name}" that cannot be followed: ${(cause as Error).message}`,
      { code: 'bad-response', cause },
    )
  }
}

function textMember(envelope: PageEnvelope, name: string): string | undefined {
  const value = envelope[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
