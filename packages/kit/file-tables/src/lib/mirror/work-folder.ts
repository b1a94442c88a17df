import { join } from 'node:path'
import { attempt, type Files, ifThere, makeFolder } from '@deltaverse/durable-files'

/** The folder in which a mirror is prepared. Files in it that are named as here are the sink's own. */
export interface WorkFolder {
  readonly path: string
  pathOf(file: string): string
  /** A name that no file has: `base.000007.ndjson`. */
  newName(kind: 'base' | 'changes' | 'part' | 'view', ending: string): string
  /** Makes the folder and removes every file of the sink but these. */
  keepOnly(kept: ReadonlySet<string>): Promise<void>
}

const ownName = /^(?:(?:base|changes|part|view)\.(\d{6,})\.[a-z]+(?:\.gz)?|published\.new)$/

export function createWorkFolder(files: Files, folder: string): WorkFolder {
  let last = 0
  return {
    path: folder,
    pathOf: (file) => join(folder, file),
    newName(kind, ending) {
      last += 1
      return `${kind}.${String(last).padStart(6, '0')}.${ending}`
    },
    async keepOnly(kept) {
      await makeFolder(files, folder)
      for (const file of await attempt('list', folder, () => files.readdir(folder))) {
        const match = ownName.exec(file)
        if (match === null) continue
        if (kept.has(file)) last = Math.max(last, Number(match[1] ?? 0))
        else await attempt('remove', join(folder, file), () => ifThere(files.rm(join(folder, file))))
      }
    },
  }
}
