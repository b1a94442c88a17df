import { dirname } from 'node:path'
import { attempt } from './file-error.js'
import type { Files } from './files.js'
import { nodeFiles } from './node-files.js'
import { writeFully } from './write-fully.js'

export interface ReplaceFileOptions {
  /** Default: `nodeFiles`. */
  readonly files?: Files | undefined
  /** Path in the same folder under which the new content is prepared. Default: the path with `.new` behind it. */
  readonly temporary?: string | undefined
}

/**
 * Replaces a file in one step that survives a power cut: its readers see the old content or the new one, never a part.
 * Names that were given in the same folder before are durable afterwards too. One writer at a time: the new content is
 * prepared in `<path>.new`, or in the file that is named as `temporary`.
 *
 * @throws DataverseError `sink-failed`; the file then is as it was, or new where only the last step failed
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { files = nodeFiles, temporary }: ReplaceFileOptions = {},
): Promise<void> {
  const prepared = temporary ?? `${path}.new`
  await attempt('write', path, async () => {
    try {
      await writeAndSync(files, prepared, typeof content === 'string' ? Buffer.from(content) : content)
      await files.rename(prepared, path)
    } catch (error) {
      await files.rm(prepared).catch(() => undefined)
      throw error
    }
    await files.syncFolder(dirname(path))
  })
}

async function writeAndSync(files: Files, path: string, content: Uint8Array): Promise<void> {
  const file = await files.open(path, 'w')
  try {
    await writeFully(file, [content], 0)
    await file.sync()
  } finally {
    await file.close()
  }
}
