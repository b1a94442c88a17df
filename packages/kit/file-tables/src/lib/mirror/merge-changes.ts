import { ndjson, patchLine } from '@deltaverse/formats'
import { compressionOf, endingOf } from '../file-name.js'
import { createRecordFile } from '../record-file.js'
import type { BaseFile, ChangesFile } from './mirror-position.js'
import { createRowsView, type RowsView, type RowsViewOptions } from './rows-view.js'
import { readSorted, type SortOptions, sortChanges } from './sort-changes.js'
import { mergeSorted, type SortedLine, type SortedLines } from './sorted-lines.js'
import type { WorkFolder } from './work-folder.js'

export type MergeOptions = Omit<SortOptions, 'temporaryPath'> & RowsViewOptions

/** Writes a new base out of the old one and what changed since; durable when it resolves, but for its name. */
export async function mergeChanges(
  folder: WorkFolder,
  base: BaseFile | undefined,
  changes: ChangesFile | undefined,
  options: MergeOptions,
): Promise<BaseFile> {
  const { files, signal, format } = options
  const sources: SortedLines[] = []
  if (base !== undefined) {
    const { file, bytes, sha256 } = base
    sources.push(
      readSorted(files, { path: folder.pathOf(file), bytes, sha256, compress: compressionOf(file) }),
    )
  }
  if (changes !== undefined) {
    const { file, bytes } = changes
    const temporaryPath = () => folder.pathOf(folder.newName('part', 'ndjson'))
    const sorting = { ...options, temporaryPath }
    sources.push(await sortChanges({ path: folder.pathOf(file), bytes, compress: 'none' }, sorting))
  }
  // Where readers see the lines themselves, they are what is compressed.
  const compress = format.rows === undefined ? options.compress : 'none'
  const file = folder.newName('base', endingOf(ndjson.extension, compress))
  const output = await createRecordFile({ files, path: folder.pathOf(file), compress })
  let view: RowsView | undefined
  try {
    view = await createRowsView(folder, options)
    let rows = 0
    for await (const group of mergeSorted(sources)) {
      signal?.throwIfAborted()
      const lines = group.flatMap(rowOf)
      rows += lines.length
      for (const line of lines) await output.append(line)
      await view?.append(lines)
    }
    await output.sync()
    const merged = { file, bytes: output.bytes, rows, sha256: await output.sha256() }
    return view === undefined ? merged : { ...merged, view: await view.finish() }
  } finally {
    await output.close()
    await view?.close()
  }
}

/** The line of a row that is there; columns of one that is not are columns of nothing. */
function rowOf({ kind, line, patches }: SortedLine): readonly Buffer[] {
  if (kind !== 'upserted') return []
  return [patches.length === 0 ? line : patchLine(line, patches)]
}
