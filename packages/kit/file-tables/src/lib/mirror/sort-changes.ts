import type { Files } from '@deltaverse/durable-files'
import { ndjson } from '@deltaverse/formats'
import { headReader } from '../held-in-file.js'
import { type CommittedFile, readRecords } from '../read-records.js'
import { createRecordFile } from '../record-file.js'
import { joinLines, mergeSorted, type SortedLine, type SortedLines } from './sorted-lines.js'

export interface SortOptions {
  readonly files: Files
  /** Bytes of lines that are sorted in memory at a time. */
  readonly sortBytes: number
  /** A path for a file that is needed while sorting; whoever gives it removes it. */
  readonly temporaryPath: () => string
  readonly signal?: AbortSignal | undefined
}

/** More sorted parts than this are merged in several rounds, so that few files are open and little is held. */
const partsAtOnce = 64
const partPieceBytes = 64 * 1024
/** What a line costs in memory besides its bytes. */
const overheadBytes = 200

/** The changes of a file in order of their ids, what is left of each id: sorted in memory, or in parts on the disk when they are many. */
export async function sortChanges(changes: CommittedFile, options: SortOptions): Promise<SortedLines> {
  const { files, sortBytes, signal } = options
  const parts: CommittedFile[] = []
  let lines: SortedLine[] = []
  let bytes = 0
  const read = headReader(ndjson, changes.path)
  for await (const group of readRecords(files, changes, ndjson.split())) {
    signal?.throwIfAborted()
    for (const line of group) {
      lines.push(sortedLine(read, line))
      bytes += line.length + overheadBytes
    }
    if (bytes < sortBytes) continue
    parts.push(await writePart(one(inOrder(lines)), options))
    lines = []
    bytes = 0
  }
  if (parts.length === 0) return one(inOrder(lines))
  if (lines.length > 0) parts.push(await writePart(one(inOrder(lines)), options))
  return mergeSorted(
    (await mergedToFew(parts, options)).map((part) => readSorted(files, part, partPieceBytes)),
  )
}

/** The lines of a file that is in order. */
export async function* readSorted(
  files: Files,
  file: CommittedFile,
  pieceBytes?: number,
): AsyncGenerator<readonly SortedLine[]> {
  const read = headReader(ndjson, file.path)
  let last: SortedLine | undefined
  for await (const lines of readRecords(files, file, ndjson.split(), pieceBytes)) {
    const whole = joined(
      last === undefined ? [] : [last],
      lines.map((line) => sortedLine(read, line)),
    )
    // More of it may stand in the next piece.
    last = whole.pop()
    yield whole
  }
  if (last !== undefined) yield [last]
}

function sortedLine(read: ReturnType<typeof headReader>, line: Buffer): SortedLine {
  const head = read(line)
  return { id: head?.id ?? '', line, kind: head?.kind ?? 'upserted', patches: [] }
}

async function mergedToFew(
  parts: readonly CommittedFile[],
  options: SortOptions,
): Promise<readonly CommittedFile[]> {
  if (parts.length <= partsAtOnce) return parts
  const fewer: CommittedFile[] = []
  for (let at = 0; at < parts.length; at += partsAtOnce) {
    const sources = parts.slice(at, at + partsAtOnce)
    fewer.push(
      await writePart(
        mergeSorted(sources.map((part) => readSorted(options.files, part, partPieceBytes))),
        options,
      ),
    )
    for (const { path } of sources) await options.files.rm(path)
  }
  return await mergedToFew(fewer, options)
}

async function writePart(
  sorted: SortedLines,
  { files, temporaryPath, signal }: SortOptions,
): Promise<CommittedFile> {
  const path = temporaryPath()
  const file = await createRecordFile({ files, path, compress: 'none', isTemporary: true })
  try {
    for await (const group of sorted) {
      signal?.throwIfAborted()
      for (const { line, patches } of group) {
        await file.append(line)
        for (const patch of patches) await file.append(patch)
      }
    }
    await file.flush()
    return { path, bytes: file.bytes, compress: 'none' }
  } finally {
    await file.close()
  }
}

async function* one(lines: readonly SortedLine[]): AsyncGenerator<readonly SortedLine[]> {
  yield lines
}

/** In order of ids; several lines of one id are joined, as the sort keeps their order. */
function inOrder(lines: SortedLine[]): readonly SortedLine[] {
  return joined(
    [],
    lines.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
  )
}

/** Lines of one id stand behind each other in what is given, and are one in what comes of it. */
function joined(before: readonly SortedLine[], lines: readonly SortedLine[]): SortedLine[] {
  const whole = [...before]
  for (const line of lines) {
    const last = whole.at(-1)
    if (last?.id === line.id) whole[whole.length - 1] = joinLines(last, line)
    else whole.push(line)
  }
  return whole
}
