import { createHash } from 'node:crypto'
import { ifThere } from '@deltaverse/durable-files'
import type {
  Delivery,
  FoundRow,
  LoggedRead,
  Problem,
  SinkView,
  VersionBook,
} from '@deltaverse/testing/crash'
import type { FilePlace } from './file-place.js'
import { type FoundLine, readChangeLines } from './read-lines.js'

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
export async function inspectLog(place: FilePlace, book: VersionBook): Promise<SinkView> {
  const { files, directory, name } = place
  const bytes = await ifThere(files.readFile(`${directory}/${name}.manifest.json`))
  if (bytes === undefined) return { rows: new Map(), reads: [], problems: [] }
  let manifest: Manifest
  try {
    manifest = JSON.parse(Buffer.from(bytes).toString())
  } catch (error) {
    return {
      rows: new Map(),
      reads: [],
      problems: [torn(`the manifest is no JSON: ${(error as Error).message}`)],
    }
  }
  const problems: Problem[] = []
  const reads: (LoggedRead & { readonly status: string; readonly found: readonly FoundLine[] })[] = []
  for (const { status, files: entries } of manifest.reads) {
    const found: FoundLine[] = []
    for (const entry of entries) {
      const inspected = await inspectFile(place, entry, book)
      found.push(...inspected.lines)
      problems.push(...inspected.problems)
    }
    reads.push({ status, isComplete: status === 'complete', found, lines: found.map(deliveryOf) })
  }
  const counting =
    reads.findLast(({ isComplete }) => isComplete) ?? reads.findLast(({ status }) => status === 'reading')
  return {
    rows: rowsOf(counting?.found ?? []),
    reads: reads.filter(({ status }) => status === 'complete' || status === 'reading'),
    problems,
  }
}

async function inspectFile({ files, directory }: FilePlace, entry: ManifestFile, book: VersionBook) {
  const bytes = await ifThere(files.readFile(`${directory}/${entry.file}`))
  if (bytes === undefined || bytes.length < entry.bytes) {
    const size = bytes === undefined ? 'is not there' : `has ${bytes.length} bytes`
    return { lines: [], problems: [torn(`${entry.file} ${size}, the manifest counts on ${entry.bytes}`)] }
  }
  const committed = Buffer.from(bytes).subarray(0, entry.bytes)
  const { lines, problems } = readChangeLines(entry.file, committed, book)
  const count = (kind: FoundLine['kind']): number => lines.filter((line) => line.kind === kind).length
  return {
    lines,
    problems: [
      ...problems,
      ...wrongIf(createHash('sha256').update(committed).digest('hex') !== entry.sha256, entry, 'checksum'),
      ...wrongIf(count('row') !== entry.upserted, entry, 'count of rows'),
      ...wrongIf(count('deletion') !== entry.deleted, entry, 'count of deletions'),
      ...wrongIf(count('patch') !== (entry.patched ?? 0), entry, 'count of rows that were given columns'),
    ],
  }
}

function wrongIf(isWrong: boolean, { file }: ManifestFile, what: string): Problem[] {
  return isWrong ? [torn(`${file} does not have the ${what} that the manifest says`)] : []
}

function rowsOf(lines: readonly FoundLine[]): Map<string, FoundRow> {
  const rows = new Map<string, FoundRow>()
  for (const line of lines) {
    if (line.kind === 'row') rows.set(line.row.id, line.row)
    else if (line.kind === 'deletion') rows.delete(line.id)
    else {
      const held = rows.get(line.row.id)
      if (held?.version !== line.row.version) continue
      rows.set(held.id, { ...held, values: { ...held.values, ...line.row.values } })
    }
  }
  return rows
}

function deliveryOf(line: FoundLine): Delivery {
  if (line.kind === 'deletion') return line
  return { kind: line.kind, id: line.row.id, version: line.row.version }
}

function torn(message: string): Problem {
  return { kind: 'torn', message }
}
