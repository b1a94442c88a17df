import { compressionOf } from '../compression.js'
import { createLineFile } from '../line-file.js'
import type { BaseFile, ChangesFile } from './mirror-position.js'
import { readSorted, type SortOptions, sortChanges } from './sort-changes.js'
import { mergeSorted, type SortedLines } from './sorted-lines.js'
import type { WorkFolder } from './work-folder.js'

/** Writes a new base out of the old one and what changed since; durable when it resolves, but for its name. */
export async function mergeChanges(
  folder: WorkFolder,
  base: BaseFile | undefined,
  changes: ChangesFile | undefined,
  compress: 'none' | 'gzip',
  options: Omit<SortOptions, 'temporaryPath'>,
): Promise<BaseFile> {
  const { files, signal } = options
  const sources: SortedLines[] = []
  if (base !== undefined) {
    const { file, bytes, sha256 } = base
    sources.push(
      readSorted(files, { path: folder.pathOf(file), bytes, sha256, compress: compressionOf(file) }),
    )
  }
  if (changes !== undefined) {
    const { file, bytes } = changes
    const temporaryPath = () => folder.pathOf(folder.newName('part', 'none'))
    const sorting = { ...options, temporaryPath }
    sources.push(await sortChanges({ path: folder.pathOf(file), bytes, compress: 'none' }, sorting))
  }
  const file = folder.newName('base', compress)
  const output = await createLineFile({ files, path: folder.pathOf(file), compress })
  try {
    let rows = 0
    for await (const group of mergeSorted(sources)) {
      signal?.throwIfAborted()
      const lines = group.filter(({ isDeleted }) => !isDeleted).map(({ line }) => line)
      rows += lines.length
      for (const line of lines) await output.append(line)
    }
    await output.sync()
    return { file, bytes: output.bytes, rows, sha256: await output.sha256() }
  } finally {
    await output.close()
  }
}
