import { attempt, type Files, ifThere, makeFolder } from '@deltaverse/durable-files'
import { mismatch } from '../mismatch.js'
import { copyFile, linkOrCopy } from './link-or-copy.js'
import type { MirrorPosition } from './mirror-position.js'
import type { WorkFolder } from './work-folder.js'

/**
 * Brings what a position counts on into another working folder. Files that are complete get a second name; those that somebody
 * may still append to are copied as far as they are committed.
 */
export async function copyPosition(
  files: Files,
  from: WorkFolder,
  to: WorkFolder,
  { base, changes, read }: MirrorPosition,
): Promise<void> {
  await makeFolder(files, to.path)
  for (const whole of [base, base?.view]) {
    if (whole === undefined) continue
    await bring(whole.file, (source, target) => linkOrCopy(files, source, target))
  }
  for (const growing of [changes, read?.changes]) {
    if (growing === undefined) continue
    const { file, bytes } = growing
    await bring(file, (source, target) => copyFile(files, source, target, bytes))
  }
  await attempt('sync', to.path, () => files.syncFolder(to.path))

  async function bring(file: string, work: (source: string, target: string) => Promise<void>): Promise<void> {
    const [source, target] = [from.pathOf(file), to.pathOf(file)]
    await attempt('copy', source, async () => {
      if ((await ifThere(files.stat(source))) === undefined) {
        throw mismatch(`${source} is gone, and the saved state counts on it`)
      }
      await ifThere(files.rm(target))
      await work(source, target)
    })
  }
}
