import { gunzipSync } from 'node:zlib'
import type { KeptLine, KeptRow, SinkTestPlace } from '@deltaverse/core'
import { readCsv } from './read-csv.js'

/** What is read of a file. */
interface FoundRecords<Record> {
  readonly records: readonly Record[]
  readonly torn: readonly string[]
}

type Values = Readonly<Record<string, unknown>>

/** Reads the records of a file of changes, and says what is torn in it: no gzip, no whole record, no change. */
export function readChanges(place: SinkTestPlace, name: string, bytes: Buffer): FoundRecords<KeptLine> {
  return readRecords(place, name, bytes, (values) => changeOf(place, values))
}

/** The same of a file that holds rows as they are. */
export function readRows(place: SinkTestPlace, name: string, bytes: Buffer): FoundRecords<KeptRow> {
  return readRecords(place, name, bytes, (values) => {
    if (place.ways.format === 'csv') return rowOf(place, values, String(values[keyOf(place)]), undefined)
    const line = changeOf(place, values)
    if (line.kind !== 'row') throw new TypeError(`it is a ${line.kind}`)
    return line.row
  })
}

function readRecords<Record>(
  place: SinkTestPlace,
  name: string,
  bytes: Buffer,
  parse: (values: Values) => Record,
): FoundRecords<Record> {
  let texts: readonly (string | Values)[]
  const torn: string[] = []
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      name.endsWith('.gz') && bytes.length > 0 ? gunzipSync(bytes) : bytes,
    )
    if (text !== '' && !text.endsWith('\n')) torn.push(`${name}: does not end with a whole line`)
    texts = place.ways.format === 'csv' ? readCsv(text) : text.split('\n').slice(0, -1)
  } catch (error) {
    return { records: [], torn: [`${name}: cannot be read: ${(error as Error).message}`] }
  }
  const records: Record[] = []
  for (const [index, each] of texts.entries()) {
    try {
      records.push(parse(typeof each === 'string' ? (JSON.parse(each) as Values) : each))
    } catch (error) {
      torn.push(`${name}: record ${index + 1} is no change: ${(error as Error).message}`)
    }
  }
  return { records, torn }
}

/** A change as NDJSON says it, or CSV with its three columns in front. */
function changeOf(place: SinkTestPlace, values: Values): KeptLine {
  const isCsv = place.ways.format === 'csv'
  const { kind, id, rowVersion, row } = values
  const [toldKind, toldId, version] = isCsv
    ? [values._kind, values._id, values._version]
    : [kind, id, rowVersion]
  if (typeof toldId !== 'string') throw new TypeError('it has no id')
  if (toldKind === 'deleted') return { kind: 'deletion', id: toldId }
  const whole = isCsv ? values : row
  const isPatch = toldKind === 'patched'
  if ((toldKind !== 'upserted' && !isPatch) || typeof whole !== 'object' || whole === null)
    throw new TypeError('it has no row')
  const kept = rowOf(place, whole as Values, toldId, String(version), isPatch)
  return { kind: isPatch ? 'patch' : 'row', row: kept }
}

function rowOf(
  place: SinkTestPlace,
  row: Values,
  id: string,
  version: string | undefined,
  isPart = false,
): KeptRow {
  const etag = row['@odata.etag']
  const isOther = etag !== undefined && etag !== `W/"${version}"`
  const isWithoutKey = isPart && row[keyOf(place)] === undefined
  if ((row[keyOf(place)] !== id && !isWithoutKey) || isOther)
    throw new TypeError('its row is not the one that it names')
  const columns = place.table.schema.columns.filter(({ name }) => name !== keyOf(place))
  const values = columns.flatMap(({ name, type }): [string, unknown][] => {
    const value = row[name]
    if (value === undefined || value === null) return []
    return [[name, place.ways.format === 'csv' && type.kind === 'int32' ? Number(value) : value]]
  })
  return { id, version, values: Object.fromEntries(values) }
}

function keyOf({ table }: SinkTestPlace): string {
  return table.schema.primaryKey[0] ?? ''
}
