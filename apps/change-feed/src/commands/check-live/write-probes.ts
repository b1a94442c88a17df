import { randomUUID } from 'node:crypto'
import type { DataverseClient } from '@deltaverse/client'
import type { CallOptions } from '@deltaverse/core'
import { describeTable, type TableDescription } from '@deltaverse/dataverse'
import { checkFact, type Fact, learnFact, unseenFact } from './fact.js'
import { removeRow, upsertRow } from './own-rows.js'
import { type Page, pathOfLink, probe, readPage, tokenOfLink } from './probe.js'
import { readToDeltaLink } from './read-probes.js'

export interface WriteProbeOptions {
  /** A scratch table with change tracking; rows of our own are created in it and deleted again. */
  readonly table: string
  readonly maxPages: number
  readonly call: CallOptions
}

/** Facts about what writes do to a delta. Touches only rows that it creates itself, and removes them. */
export async function probeWriting(client: DataverseClient, options: WriteProbeOptions): Promise<Fact[]> {
  const { call, maxPages } = options
  const table = await describeTable(client, options.table, call)
  if (!table.changeTrackingEnabled) {
    return [unseenFact('writes in a delta', `change tracking of ${table.logicalName} is switched off`)]
  }
  const before = await readToDeltaLink(client, table, maxPages, call)
  if (before?.deltaLink === undefined) {
    return [unseenFact('writes in a delta', `no delta link in ${maxPages} pages: see --max-pages`)]
  }
  const rows = { changed: randomUUID(), deleted: randomUUID(), recreated: randomUUID() }
  const name = await primaryNameOf(client, table, call)
  try {
    await writeRows(client, table, name, rows, call)
    return await lookAt(client, table, before.deltaLink, rows, call)
  } finally {
    // Without the signal: what was created is removed even when the check is being stopped.
    for (const id of Object.values(rows)) await removeRow(client, table, id, {})
  }
}

interface Rows {
  readonly changed: string
  readonly deleted: string
  readonly recreated: string
}

async function writeRows(
  client: DataverseClient,
  table: TableDescription,
  name: string,
  rows: Rows,
  call: CallOptions,
): Promise<void> {
  await upsertRow(client, table, rows.changed, { [name]: 'deltaverse check, created' }, call)
  await upsertRow(client, table, rows.deleted, { [name]: 'deltaverse check, to be deleted' }, call)
  await upsertRow(client, table, rows.recreated, { [name]: 'deltaverse check, first life' }, call)
  await upsertRow(client, table, rows.changed, { [name]: 'deltaverse check, changed' }, call)
  await removeRow(client, table, rows.deleted, call)
  await removeRow(client, table, rows.recreated, call)
  await upsertRow(client, table, rows.recreated, { [name]: 'deltaverse check, second life' }, call)
}

async function lookAt(
  client: DataverseClient,
  table: TableDescription,
  deltaLink: string,
  rows: Rows,
  call: CallOptions,
): Promise<Fact[]> {
  const delta = await readPage(client, pathOfLink(deltaLink), undefined, call)
  const count = await probe(
    client,
    `${table.entitySet}/$count?$deltatoken=${tokenOfLink(deltaLink) ?? ''}`,
    {},
    call,
  )
  const changed = entriesOf(delta, table, rows.changed)
  const deleted = entriesOf(delta, table, rows.deleted)
  const recreated = entriesOf(delta, table, rows.recreated)
  const [deletion] = (delta.value ?? []).filter((row) => row.id === rows.deleted)
  return [
    checkFact('a row created and changed', 'once, as it is now', changed, changed === 'upserted'),
    checkFact('a row created and deleted', 'its deletion', deleted, deleted === 'deleted'),
    checkFact(
      'members of a deletion',
      '@odata.context, id, reason',
      deletion === undefined ? 'not seen' : Object.keys(deletion).join(', '),
      deletion !== undefined && Object.keys(deletion).sort().join() === '@odata.context,id,reason',
    ),
    checkFact('reason of a deletion', 'deleted', String(deletion?.reason), deletion?.reason === 'deleted'),
    learnFact('a row deleted and created again with the same id', recreated),
    checkFact('order of a delta', 'deletions last', orderOf(delta), !/deletion.*row/.test(orderOf(delta))),
    learnFact(
      'whether $count of a delta token counts deletions',
      `${count.text.replace(/^\uFEFF/, '')} for ${delta.value?.length} entries, ${deletionsIn(delta)} of them deletions`,
    ),
  ]
}

/** What a delta says of one row: `upserted`, `deleted`, both in their order, or `nothing`. */
function entriesOf({ value }: Page, { primaryKey }: TableDescription, id: string): string {
  const kinds = (value ?? []).flatMap((row) => {
    if (row[primaryKey] === id) return ['upserted']
    return row.id === id ? ['deleted'] : []
  })
  return kinds.length === 0 ? 'nothing' : kinds.join(', then ')
}

function orderOf({ value }: Page): string {
  const kinds = (value ?? []).map((row) => ('reason' in row ? 'deletions' : 'rows'))
  return kinds.filter((kind, index) => kind !== kinds[index - 1]).join(', then ')
}

function deletionsIn({ value }: Page): number {
  return (value ?? []).filter((row) => 'reason' in row).length
}

async function primaryNameOf(
  client: DataverseClient,
  { logicalName }: TableDescription,
  call: CallOptions,
): Promise<string> {
  const path = `EntityDefinitions(LogicalName='${logicalName}')?$select=PrimaryNameAttribute`
  const response = await client.request({ method: 'GET', path }, call)
  return String(((await response.json()) as { PrimaryNameAttribute?: unknown }).PrimaryNameAttribute)
}
