import { join } from 'node:path'
import { attempt, type Files, ifThere } from '@deltaverse/durable-files'
import type { Fence } from './fence.js'
import type { TableFiles } from './table-files.js'

/**
 * Removes what holders before this fence have prepared for the names that readers know. One of them may stand still between its last
 * look at the lease and the rename: when it wakes, there is nothing left to rename, and to prepare it anew it would have to look again.
 */
export async function disarmBefore(
  { files, directory, name }: Pick<TableFiles, 'files' | 'directory' | 'name'>,
  fence: Fence,
): Promise<void> {
  if (!fence.isRaised) return
  for (const entry of await attempt('list', directory, () => files.readdir(directory))) {
    if (!entry.startsWith(`${name}.`)) continue
    const rest = entry.slice(name.length)
    if (isBefore(fence, preparedManifest.exec(rest))) await remove(files, directory, entry)
    if (isBefore(fence, workFolder.exec(rest))) await remove(files, directory, join(entry, preparedMirror))
  }
}

/** What is about to get the name that readers know, in the working folder of a mirror. */
export const preparedMirror = 'published.new'

/** The last number is the holder's; without one it is 0. */
const preparedManifest = /^\.manifest(?:\.\d+)?\.json(?:\.(\d+))?\.new$/
const workFolder = /^\.mirror(?:\.(\d+))?$/

function isBefore(fence: Fence, match: RegExpExecArray | null): boolean {
  return match !== null && Number(match[1] ?? 0) < fence.number
}

async function remove(files: Files, directory: string, file: string): Promise<void> {
  const path = join(directory, file)
  await attempt('remove', path, () => ifThere(files.rm(path)))
}
