import { join } from 'node:path'
import { attempt, type Files, ifThere, replaceFile, setAside } from '@deltaverse/durable-files'
import { fenceSuffix } from './fence.js'

/**
 * Where small objects are kept whole: manifests, and files that are no longer appended to. A folder is one; a bucket can be
 * another, as nothing in it is changed in place.
 */
export interface ObjectStore {
  /** How an object is called in messages. */
  pathOf(name: string): string
  /** `undefined` when it is not there. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Readers see the old content or the new one; durable when it resolves. */
  replace(name: string, content: string): Promise<void>
  /** Nothing happens when it is not there. */
  remove(name: string): Promise<void>
  /** Frees a name and keeps what had it. @returns what it is called now; `undefined` when the name was free */
  setAside(name: string): Promise<string | undefined>
}

/** The objects of a folder that is there. @param fence keeps the files in which content is prepared apart from those of other holders */
export function folderStore(files: Files, directory: string, fence = 0): ObjectStore {
  const pathOf = (name: string): string => join(directory, name)
  return {
    pathOf,
    read: (name) => attempt('read', pathOf(name), () => ifThere(files.readFile(pathOf(name)))),
    replace(name, content) {
      const temporary = `${pathOf(name)}${fenceSuffix('.', fence)}.new`
      return replaceFile(pathOf(name), content, { files, temporary })
    },
    async remove(name) {
      await attempt('remove', pathOf(name), () => ifThere(files.rm(pathOf(name))))
    },
    setAside: (name) => setAside(files, pathOf(name)),
  }
}
