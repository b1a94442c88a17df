import { join } from 'node:path'
import type { CallOptions, HeldRow } from '@deltaverse/core'
import type { Files } from '@deltaverse/durable-files'
import { ndjson } from '@deltaverse/formats'
import { compressionOf } from '../file-name.js'
import { heldInFile } from '../held-in-file.js'
import { folderStore } from '../object-store.js'
import type { TableFiles } from '../table-files.js'
import { readMirrorManifest } from './mirror-manifest.js'
import type { ChangesFile, MirrorPosition } from './mirror-position.js'
import type { WorkFolder } from './work-folder.js'

/** What a position counts on: the rows of the base, and what changed since. */
export async function* heldInPosition(
  { files }: TableFiles,
  folder: WorkFolder,
  { base, changes, read, isBehind }: MirrorPosition,
  call: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  if (base !== undefined) yield* heldIn(files, folder.path, base, call)
  const isFirstRead = base === undefined && changes === undefined && isBehind !== true
  const counting = isFirstRead ? read?.changes : changes
  if (counting !== undefined) yield* heldIn(files, folder.path, counting, call)
}

/** What readers see. */
export async function* heldInPublished(
  { files, directory, name }: TableFiles,
  call: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  const manifest = await readMirrorManifest(folderStore(files, directory), name)
  if (manifest?.published === undefined) return
  const { bytes, base } = manifest.published
  yield* heldIn(files, directory, base ?? { file: manifest.file, bytes }, call)
}

async function* heldIn(
  files: Files,
  directory: string,
  { file, bytes }: ChangesFile,
  call: CallOptions,
): AsyncGenerator<readonly HeldRow[]> {
  const committed = { path: join(directory, file), bytes, compress: compressionOf(file) }
  yield* heldInFile(files, committed, ndjson, call)
}
