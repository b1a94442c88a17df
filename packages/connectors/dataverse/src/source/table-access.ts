import type { CallOptions, RowKey, UpsertedChange } from '@deltaverse/core'
import { formatCollectionPath, type RowRun } from '@deltaverse/protocol'
import { changesOfRuns, keyColumns } from './change.js'
import type { ReadContext } from './read-context.js'
import { readParts } from './read-parts.js'
import { conditionOf } from './row-id.js'

/** Some 3 kB of address; the service takes 32 kB. */
const idsPerRequest = 50

/** The keys and versions of all rows, page by page of the service's own size. A key may come twice. */
export async function* readKeys(
  context: ReadContext,
  { signal }: CallOptions,
): AsyncGenerator<readonly RowKey[], void, undefined> {
  const { entitySet } = context.options
  const path = formatCollectionPath({ entitySet, select: keyColumns(context.shape) })
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
  // All of them first: one that is no id is refused before anything is asked.
  for (const id of ids) conditionOf(id, context.shape)
  for (let from = 0; from < ids.length; from += idsPerRequest) {
    yield* readPagesOfRows(context, pathOfRows(context, ids.slice(from, from + idsPerRequest)), call)
  }
}

/** Page by page: of a page that breaks off and is asked for again, nothing is told twice. */
async function* readPagesOfRows(
  context: ReadContext,
  path: string,
  { signal }: CallOptions,
): AsyncGenerator<readonly UpsertedChange[], void, undefined> {
  const options = { ...context.options, pageSize: undefined, tracked: false }
  let runs: RowRun[] = []
  for await (const part of readParts(context, path, signal, options)) {
    if (part.kind === 'rows') {
      runs.push(...part.runs)
      continue
    }
    const told = part.kind === 'end' ? changesOfRuns(runs, context.shape) : []
    runs = []
    if (told.length > 0) yield told.filter((change) => change.kind === 'upserted')
  }
}

function pathOfRows({ options, shape }: ReadContext, ids: readonly string[]): string {
  const { entitySet, select } = options
  const path = formatCollectionPath({ entitySet, select })
  const conditions = ids.map((id) => conditionOf(id, shape))
  return `${path}${select === undefined ? '?' : '&'}$filter=${conditions.join('%20or%20')}`
}
