import type { DataverseClient } from '@deltaverse/client'
import { type CallOptions, DataverseError, type RowCount } from '@deltaverse/core'
import { hideQuery } from '@deltaverse/protocol'
import { describeTable } from './table-description.js'

/** Where the service stops counting: in standard and in elastic tables (Microsoft Learn: Count number of rows). */
const caps = [5_000, 500]

/** Counts the rows of a table in one request; in three where it has more than the service counts. */
export async function countRows(
  client: DataverseClient,
  entitySet: string,
  call: CallOptions,
): Promise<RowCount> {
  const response = await client.request({ method: 'GET', path: `${entitySet}/$count` }, call)
  // The service puts a byte order mark in front.
  const text = (await response.text()).replace(/^\uFEFF/, '').trim()
  if (!/^\d+$/.test(text)) {
    throw new DataverseError(`GET ${hideQuery(response.url)} was not answered with a number of rows`, {
      code: 'bad-response',
    })
  }
  const rows = Number(text)
  if (!caps.includes(rows)) return { rows, certainty: 'exact' }
  const kept = await readKeptCount(client, entitySet, call)
  return kept !== undefined && kept > rows
    ? { rows: kept, certainty: 'estimate' }
    : { rows, certainty: 'at-least' }
}

/** The figure of `RetrieveTotalRecordCount`, up to a day old. */
async function readKeptCount(
  client: DataverseClient,
  entitySet: string,
  call: CallOptions,
): Promise<number | undefined> {
  const { logicalName } = await describeTable(client, entitySet, call)
  const names = encodeURIComponent(JSON.stringify([logicalName]))
  const path = `RetrieveTotalRecordCount(EntityNames=@p1)?@p1=${names}`
  const response = await client.request({ method: 'GET', path }, call)
  const body = (await response.json()) as { EntityRecordCountCollection?: { Values?: unknown } } | null
  const values = body?.EntityRecordCountCollection?.Values
  const rows: unknown = Array.isArray(values) ? values[0] : undefined
  return typeof rows === 'number' ? rows : undefined
}
