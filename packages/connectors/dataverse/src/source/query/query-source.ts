import { createHash } from 'node:crypto'
import type { DataverseClient } from '@deltaverse/client'
import {
  type CallOptions,
  type ChangeEvent,
  type Checkpoint,
  DataverseError,
  type Row,
  type Source,
  type UpsertedChange,
} from '@deltaverse/core'
import { createMetadataReader, readTableSchema } from '@deltaverse/metadata'
import { isGuidText, parseRowVersion } from '@deltaverse/protocol'
import { formatExactJson, memberOf, type TableSchema } from '@deltaverse/schema'
import { describeTable } from '../table-description.js'
import { selectOfFetchXml } from './fetch-xml.js'
import type { QueryRowsOptions, RowQuery } from './query-options.js'
import { type QueryRow, queryRows } from './query-rows.js'
import { tableOfQuery } from './query-table.js'

/**
 * Creates a source of the rows that a query finds: for what change tracking cannot filter. Each read is a full one, and whoever keeps
 * the rows finds out which the query does not find any more. A query brings a row once, with its primary key.
 *
 * Columns that FetchXML leaves out because they are empty come as null.
 *
 * @throws TypeError for what is no query; DataverseError `not-found` when there is no such table
 */
export async function createQuerySource(
  client: DataverseClient,
  query: RowQuery,
  options: Omit<QueryRowsOptions, 'signal' | 'onEvent'> & CallOptions = {},
): Promise<Source> {
  const { signal, ...given } = options
  const text = typeof query === 'string' ? query : query.fetchXml
  const { entitySet, primaryKey } = await describeTable(client, tableOfQuery(query), { signal })
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const id = `${new URL(client.origin).hostname}/${entitySet}?${hash}`
  const metadata = createMetadataReader(client)
  const selection = typeof query === 'string' ? selectOfQuery(query) : selectOfFetchXml(query.fetchXml)

  async function schema(call: CallOptions = {}): Promise<TableSchema> {
    const select = await membersOf(selection, entitySet, call)
    return await readTableSchema(metadata, { entitySet, select }, call)
  }

  /** FetchXML names columns, and rows have members: `primarycontactid` is `_primarycontactid_value`. */
  async function membersOf(
    names: Selection,
    set: string,
    call: CallOptions,
  ): Promise<readonly string[] | undefined> {
    if (names === 'all' || names === 'unknown' || typeof query === 'string') {
      return names === 'all' || names === 'unknown' ? undefined : names
    }
    const { columns } = await metadata.tableOfSet(set, call)
    const isLookup = (column: string): boolean =>
      ['lookup', 'owner'].includes(columns.get(column)?.kind ?? '')
    return names.map((column) => (isLookup(column) ? `_${column}_value` : column))
  }

  async function toChange(found: QueryRow, members: readonly string[] | undefined): Promise<UpsertedChange> {
    const key = found.row[primaryKey]
    if (!isGuidText(key)) throw withoutKey(entitySet, primaryKey)
    if (members === undefined) {
      const { bytes, row, rowVersion } = found
      return { kind: 'upserted', table: entitySet, id: key, rowVersion, bytes, row }
    }
    const row: Row = { ...Object.fromEntries(members.map((member) => [member, null])), ...found.row }
    const etag = row['@odata.etag']
    const rowVersion = typeof etag === 'string' ? parseRowVersion(etag) : undefined
    return {
      kind: 'upserted',
      table: entitySet,
      id: key,
      rowVersion,
      bytes: Buffer.from(formatExactJson(row)),
      row,
    }
  }

  function checkpointOf(epoch: number): ChangeEvent {
    const checkpoint: Checkpoint = {
      version: 2,
      source: id,
      epoch,
      phase: 'incremental',
      isBoundary: true,
      cursor: { query: hash },
      issuedAt: new Date().toISOString(),
    }
    return { kind: 'checkpoint', checkpoint }
  }

  const source: Source = {
    id,
    table: entitySet,
    async *read({ checkpoint, signal: now, onEvent } = {}) {
      const epoch = (checkpoint?.epoch ?? 0) + 1
      const isOther = checkpoint != null && checkpoint.source !== id
      const reason = checkpoint == null ? 'initial' : isOther ? 'other-source' : 'full-copy'
      yield [{ kind: 'reset', reason, epoch }]
      const filled =
        typeof query === 'string' || selection === 'unknown'
          ? undefined
          : (await schema({ signal: now })).columns.map(memberOf)
      let rows = 0
      for await (const group of queryRows(client, query, { ...given, onEvent, signal: now })) {
        rows += group.length
        yield await Promise.all(group.map((each) => toChange(each, filled)))
      }
      yield [{ kind: 'complete', epoch, rows }, checkpointOf(epoch)]
    },
  }
  return selection === 'unknown' ? source : { ...source, schema }
}

/** Columns that are asked for by name; `all` of them; or others too, from other tables, which nobody describes. */
type Selection = readonly string[] | 'all' | 'unknown'

function selectOfQuery(query: string): Selection {
  const options = new URLSearchParams(query.slice(query.indexOf('?') + 1))
  if (!query.includes('?')) return 'all'
  if (options.has('$apply') || options.has('$expand')) return 'unknown'
  const select = options.get('$select')
  return select === null ? 'all' : select.split(',').map((name) => name.trim())
}

function withoutKey(entitySet: string, primaryKey: string): DataverseError {
  return new DataverseError(
    `a row of the query on ${entitySet} has no ${primaryKey}, so that nobody can tell rows apart. A query with sums has none: stream it by queryRows()`,
    { code: 'bad-input' },
  )
}
