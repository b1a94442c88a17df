import type { CallOptions, Change, UpsertedChange } from '@deltaverse/contract'
import { formatCollectionPath, formatPrefer, isGuidText, linkToPath, type RowRun } from '@deltaverse/protocol'
import { changesOfRuns } from './change.js'
import { createPageDecoder } from './page-decoder.js'
import type { ReadContext } from './read-context.js'
import { readParts } from './read-parts.js'

/** Which row, and in which version. */
export interface RowKey {
  /** Primary key: a lower-case GUID without braces. */
  readonly id: string
  /** Digits of the row version; `undefined` when the row came without an etag. */
  readonly rowVersion: string | undefined
}

/** Some 3 kB of address; the service takes 32 kB. */
const idsPerRequest = 50

/** The keys and versions of all rows, page by page of the service's own size. A key may come twice. */
export async function* readKeys(
  context: ReadContext,
  { signal }: CallOptions,
): AsyncGenerator<readonly RowKey[], void, undefined> {
  const { entitySet } = context.options
  const path = formatCollectionPath({ entitySet, select: [context.shape.primaryKey] })
  const options = { ...context.options, pageSize: undefined, annotations: undefined }
  for await (const part of readParts(context, path, signal, options)) {
    if (part.kind !== 'rows') continue
    yield changesOfRuns(part.runs, context.shape).map(({ id, rowVersion }) => ({ id, rowVersion }))
  }
}

/** Rows by their keys, as the changes of a feed would bring them. */
export async function* readRows(
  context: ReadContext,
  ids: readonly string[],
  call: CallOptions,
): AsyncGenerator<readonly UpsertedChange[], void, undefined> {
  for (const id of ids) {
    if (!isGuidText(id))
      throw new TypeError(`a row is read by its primary key, a GUID, not ${JSON.stringify(id)}`)
  }
  for (let from = 0; from < ids.length; from += idsPerRequest) {
    let path: string | undefined = pathOfRows(context, ids.slice(from, from + idsPerRequest))
    while (path !== undefined) {
      const page: { readonly changes: readonly Change[]; readonly nextPath: string | undefined } =
        await readPage(context, path, call)
      yield page.changes.filter((change) => change.kind === 'upserted')
      path = page.nextPath
    }
  }
}

function pathOfRows({ options, shape }: ReadContext, ids: readonly string[]): string {
  const { entitySet, select } = options
  const path = formatCollectionPath({ entitySet, select })
  const conditions = ids.map((id) => `${shape.primaryKey}%20eq%20${id}`)
  return `${path}${select === undefined ? '?' : '&'}$filter=${conditions.join('%20or%20')}`
}

/** Without change tracking, which knows no filter. */
async function readPage(context: ReadContext, path: string, call: CallOptions) {
  const { client, options, shape } = context
  const { annotations: includeAnnotations, decoder: name, maxRecordBytes } = options
  const prefer = formatPrefer({ includeAnnotations })
  const headers = prefer === undefined ? {} : { prefer }
  const response = await client.request({ method: 'GET', path, headers, buffered: true }, call)
  const decoder = createPageDecoder(name, maxRecordBytes)
  const runs: RowRun[] = []
  for await (const chunk of response.body) runs.push(...decoder.push(chunk))
  const link = decoder.end()['@odata.nextLink']
  const nextPath = typeof link === 'string' && link !== '' ? linkToPath(client.serviceRoot, link) : undefined
  return { changes: changesOfRuns(runs, shape), nextPath }
}
