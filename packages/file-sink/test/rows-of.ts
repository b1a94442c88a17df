import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Row } from '@deltaverse/contract'
import { type Files, nodeFiles } from '@deltaverse/durable-files'
import type { ChangeLine } from '@deltaverse/node-streams'
import type { LogManifest } from '../src/index.js'

interface Place {
  readonly directory: string
  readonly name: string
  readonly files?: Files
}

/** The table as a reader gets it who goes by the manifest of a log. */
export async function rowsOf({ directory, name, files = nodeFiles }: Place): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>()
  const text = await files.readFile(join(directory, `${name}.manifest.json`)).catch(() => undefined)
  if (text === undefined) return rows
  const manifest = JSON.parse(Buffer.from(text).toString()) as LogManifest
  const read =
    manifest.reads.findLast(({ status }) => status === 'complete') ??
    manifest.reads.findLast(({ status }) => status === 'reading')
  for (const { file, bytes, sha256 } of read?.files ?? []) {
    const content = Buffer.from(await files.readFile(join(directory, file))).subarray(0, bytes)
    const actual = createHash('sha256').update(content).digest('hex')
    if (actual !== sha256) throw new Error(`the checksum of ${file} is ${actual}, not ${sha256}`)
    replay(rows, file.endsWith('.gz') ? gunzipSync(content) : content)
  }
  return rows
}

/** Applies the lines of a file to rows. */
export function replay(rows: Map<string, Row>, content: Buffer): void {
  if (content.length === 0) return
  if (content.at(-1) !== 0x0a) throw new Error('the last line is torn')
  for (const line of content.toString('utf8').slice(0, -1).split('\n')) {
    const change = JSON.parse(line) as ChangeLine
    if (change.kind === 'deleted') rows.delete(change.id)
    else rows.set(change.id, change.row)
  }
}
