import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Row } from '@deltaverse/core'
import { type Files, ifThere, nodeFiles } from '@deltaverse/durable-files'
import type { CsvDialect } from '@deltaverse/formats'
import type { ChangeLine } from '@deltaverse/node-streams'
import { parse } from 'csv-parse/sync'
import type { FilePosition, LogManifest, MirrorManifest } from '../src/index.js'
import { accountFromText } from './accounts-schema.js'

export interface Place {
  readonly directory: string
  readonly name: string
  readonly files?: Files
  /** Working folder of a mirror, where it is not the usual one. */
  readonly work?: string
}

/** The table as a reader gets it who goes by the manifest of a log. */
export async function rowsOfLog(place: Place): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>()
  const manifest = await manifestOf<LogManifest>(place)
  const read =
    manifest?.reads.findLast(({ status }) => status === 'complete') ??
    manifest?.reads.findLast(({ status }) => status === 'reading')
  for (const { file, ...expected } of read?.files ?? []) {
    const content = await contentOf(place, file, expected.bytes)
    requireChecksum(file, content, expected.sha256)
    const counts = replay(rows, inflated(file, content), file, expected.dialect as CsvDialect | undefined)
    if (counts.upserted !== expected.upserted || counts.deleted !== expected.deleted) {
      throw new Error(`${file} holds ${JSON.stringify(counts)}, not ${JSON.stringify(expected)}`)
    }
  }
  return rows
}

/** The table as a reader gets it who goes by the manifest of a mirror; `undefined` when there is none yet. */
export async function publishedRows(place: Place): Promise<Map<string, Row> | undefined> {
  const manifest = await manifestOf<MirrorManifest>(place)
  if (manifest === undefined) return undefined
  const bytes = await ifThere((place.files ?? nodeFiles).readFile(join(place.directory, manifest.file)))
  if (bytes === undefined) return undefined
  const content = Buffer.from(bytes)
  const published = [manifest.published, manifest.next].find((each) => each?.sha256 === checksumOf(content))
  if (published === undefined) throw new Error(`the checksum of ${manifest.file} is not in its manifest`)
  const rows = new Map<string, Row>()
  const { upserted, deleted } = replay(rows, inflated(manifest.file, content), manifest.file)
  const ids = [...rows.keys()]
  if (upserted !== published.rows || deleted > 0) throw new Error('the manifest counts other rows')
  if (JSON.stringify(ids) !== JSON.stringify([...ids].sort())) throw new Error('the rows are not in order')
  return rows
}

/** The table as a mirror's position says it: what is not merged yet included. */
export async function rowsAt(place: Place, position: FilePosition | undefined): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>()
  if (position?.mode !== 'mirror') return rows
  const { base, changes, read, isBehind } = position
  const work = { ...place, directory: join(place.directory, place.work ?? `${place.name}.mirror`) }
  if (base !== undefined) {
    const content = await contentOf(work, base.file, base.bytes)
    requireChecksum(base.file, content, base.sha256)
    replay(rows, inflated(base.file, content), base.file)
  }
  const isFirst = base === undefined && changes === undefined && isBehind === undefined
  const counting = isFirst ? read?.changes : changes
  if (counting !== undefined)
    replay(rows, await contentOf(work, counting.file, counting.bytes), counting.file)
  return rows
}

async function manifestOf<T>({ directory, name, files = nodeFiles }: Place): Promise<T | undefined> {
  const bytes = await ifThere(files.readFile(join(directory, `${name}.manifest.json`)))
  return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as T)
}

async function contentOf(
  { directory, files = nodeFiles }: Place,
  file: string,
  bytes?: number,
): Promise<Buffer> {
  const content = Buffer.from(await files.readFile(join(directory, file)))
  if (bytes !== undefined && content.length < bytes) throw new Error(`${file} is shorter than ${bytes} bytes`)
  return content.subarray(0, bytes)
}

function checksumOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function requireChecksum(file: string, content: Buffer, sha256: string): void {
  const actual = checksumOf(content)
  if (actual !== sha256) throw new Error(`the checksum of ${file} is ${actual}, not ${sha256}`)
}

function inflated(file: string, content: Buffer): Buffer {
  return file.endsWith('.gz') && content.length > 0 ? gunzipSync(content) : content
}

/** Applies the lines of a file to rows. */
function replay(
  rows: Map<string, Row>,
  content: Buffer,
  file: string,
  dialect: CsvDialect = {},
): { upserted: number; deleted: number } {
  const counts = { upserted: 0, deleted: 0 }
  if (content.length === 0) return counts
  if (content.at(-1) !== 0x0a) throw new Error('the last line is torn')
  if (file.includes('.csv')) return replayCsv(rows, content, dialect)
  for (const line of content.toString('utf8').slice(0, -1).split('\n')) {
    const change = JSON.parse(line) as ChangeLine
    const before = rows.get(change.id)
    if (change.kind === 'patched') {
      if (before !== undefined) rows.set(change.id, { ...before, ...change.row })
      continue
    }
    counts[change.kind] += 1
    if (change.kind === 'deleted') rows.delete(change.id)
    else rows.set(change.id, change.row)
  }
  return counts
}

/** Applies the records of a file of CSV: changes, or, without kinds, rows as they are. */
function replayCsv(
  rows: Map<string, Row>,
  content: Buffer,
  { delimiter = ',', nullText = '' }: CsvDialect,
): { upserted: number; deleted: number } {
  const counts = { upserted: 0, deleted: 0 }
  const records = parse(content, {
    columns: true,
    delimiter,
    cast: (text, { quoting }) => (text === nullText && !quoting ? null : text),
  }) as Record<string, string | null>[]
  for (const record of records) {
    const id = record._id ?? record.accountid ?? ''
    if (record._kind === 'deleted') {
      counts.deleted += 1
      rows.delete(id)
    } else {
      counts.upserted += 1
      rows.set(id, accountFromText(record))
    }
  }
  return counts
}
