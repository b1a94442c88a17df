import { createHash } from 'node:crypto'
import type { KeptLine, KeptRow, SinkContents, SinkTestPlace } from '@deltaverse/core'
import { ifThere } from '@deltaverse/durable-files'
import { readChanges } from './read-records.js'

/** A manifest, as its documentation describes it. */
interface Manifest {
  readonly reads: readonly {
    readonly status: string
    readonly files: readonly ManifestFile[]
  }[]
}

interface ManifestFile {
  readonly file: string
  readonly upserted: number
  readonly deleted: number
  readonly patched?: number
  readonly bytes: number
  readonly sha256: string
}

/** Looks at a log as its readers do: by its manifest. */
export async function inspectLog(place: SinkTestPlace): Promise<SinkContents> {
  const { directory, table } = place
  const bytes = await ifThere(place.files().readFile(`${directory}/${table.name}.manifest.json`))
  if (bytes === undefined) return { rows: [], reads: [], torn: [] }
  let manifest: Manifest
  try {
    manifest = JSON.parse(Buffer.from(bytes).toString())
  } catch (error) {
    return { rows: [], reads: [], torn: [`the manifest is no JSON: ${(error as Error).message}`] }
  }
  const torn: string[] = []
  const reads: { readonly status: string; readonly isComplete: boolean; readonly lines: KeptLine[] }[] = []
  for (const { status, files: entries } of manifest.reads) {
    const lines: KeptLine[] = []
    for (const entry of entries) {
      const inspected = await inspectFile(place, entry)
      lines.push(...inspected.lines)
      torn.push(...inspected.torn)
    }
    reads.push({ status, isComplete: status === 'complete', lines })
  }
  const counting =
    reads.findLast(({ isComplete }) => isComplete) ?? reads.findLast(({ status }) => status === 'reading')
  return {
    rows: rowsOf(counting?.lines ?? []),
    reads: reads.filter(({ status }) => status === 'complete' || status === 'reading'),
    torn,
  }
}

async function inspectFile(
  place: SinkTestPlace,
  entry: ManifestFile,
): Promise<{ readonly lines: readonly KeptLine[]; readonly torn: readonly string[] }> {
  const bytes = await ifThere(place.files().readFile(`${place.directory}/${entry.file}`))
  if (bytes === undefined || bytes.length < entry.bytes) {
    const size = bytes === undefined ? 'is not there' : `has ${bytes.length} bytes`
    return { lines: [], torn: [`${entry.file} ${size}, the manifest counts on ${entry.bytes}`] }
  }
  const committed = Buffer.from(bytes).subarray(0, entry.bytes)
  const { records: lines, torn } = readChanges(place, entry.file, committed)
  const count = (kind: KeptLine['kind']): number => lines.filter((line) => line.kind === kind).length
  return {
    lines,
    torn: [
      ...torn,
      ...wrongIf(createHash('sha256').update(committed).digest('hex') !== entry.sha256, entry, 'checksum'),
      ...wrongIf(count('row') !== entry.upserted, entry, 'count of rows'),
      ...wrongIf(count('deletion') !== entry.deleted, entry, 'count of deletions'),
      ...wrongIf(count('patch') !== (entry.patched ?? 0), entry, 'count of rows that were given columns'),
    ],
  }
}

function wrongIf(isWrong: boolean, { file }: ManifestFile, what: string): string[] {
  return isWrong ? [`${file} does not have the ${what} that the manifest says`] : []
}

function rowsOf(lines: readonly KeptLine[]): readonly KeptRow[] {
  const rows = new Map<string, KeptRow>()
  for (const line of lines) {
    if (line.kind === 'row') rows.set(line.row.id, line.row)
    else if (line.kind === 'deletion') rows.delete(line.id)
    else {
      const held = rows.get(line.row.id)
      if (held === undefined || held.version !== line.row.version) continue
      rows.set(held.id, { ...held, values: { ...held.values, ...line.row.values } })
    }
  }
  return [...rows.values()]
}
