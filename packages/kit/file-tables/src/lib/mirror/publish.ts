import { basename, dirname, join } from 'node:path'
import { attempt, ifThere } from '@deltaverse/durable-files'
import { preparedMirror } from '../disarm.js'
import { compressionOf, endingOf, extensionOf } from '../file-name.js'
import type { ObjectStore } from '../object-store.js'
import { checksumOf } from '../read-pieces.js'
import type { MirrorSettings } from '../table-files.js'
import { linkOrCopy } from './link-or-copy.js'
import {
  type MirrorManifest,
  type PublishedMirror,
  readMirrorManifest,
  writeMirrorManifest,
} from './mirror-manifest.js'
import type { BaseFile, WholeFile } from './mirror-position.js'
import type { WorkFolder } from './work-folder.js'

/** What readers see: the file and its manifest. */
export interface Publisher {
  /**
   * Shows readers a base, in one step: they see what was there before or all of it. It stays in the working folder too (one file
   * under two names, or a copy where the file system knows no second names), so whatever becomes of the published one, the sink
   * can go on. A file in the way that this sink did not put there is set aside.
   */
  show(base: BaseFile): Promise<void>
  /** As `show`, unless it is what was shown last. */
  showAgain(base: BaseFile): Promise<void>
}

export function createPublisher(settings: MirrorSettings, store: ObjectStore, folder: WorkFolder): Publisher {
  const { directory, name, files, onSetAside } = settings

  /** What this sink put there last. A crash may have left open whether the next one is there already. */
  async function lastShown(manifest: MirrorManifest | undefined): Promise<PublishedMirror | undefined> {
    if (manifest?.next === undefined) return manifest?.published
    const actual = await checksumOf(files, join(directory, manifest.file))
    return [manifest.published, manifest.next].find((each) => each?.sha256 === actual)
  }

  async function replace(path: string, shown: WholeFile, own: PublishedMirror | undefined): Promise<void> {
    const prepared = folder.pathOf(preparedMirror)
    await attempt('replace', path, async () => {
      await ifThere(files.rm(prepared))
      await linkOrCopy(files, folder.pathOf(shown.file), prepared)
      const there = await ifThere(files.stat(path))
      if (there !== undefined && there.size !== own?.bytes) {
        const keptAs = await store.setAside(basename(path))
        if (keptAs !== undefined) onSetAside(path, keptAs)
      }
      await files.rename(prepared, path)
      // Where both were one file already, a rename does nothing.
      await ifThere(files.rm(prepared))
      await files.syncFolder(dirname(path))
    })
  }

  async function show(base: BaseFile): Promise<void> {
    const before = await readMirrorManifest(store, name)
    const shown = base.view ?? base
    const file = publicNameOf(name, shown)
    const next = publishedOf(base, folder.path)
    const published = before?.file === file ? await lastShown(before) : undefined
    const manifest: MirrorManifest = { format: 1, name, mode: 'mirror', file }
    await writeMirrorManifest(store, {
      ...manifest,
      ...(published === undefined ? {} : { published }),
      next,
    })
    await replace(join(directory, file), shown, published)
    await writeMirrorManifest(store, { ...manifest, published: next })
    if (before === undefined || before.file === file) return
    // The format or its compression has changed, and nobody would replace the old file any more.
    await store.remove(before.file)
  }

  return {
    show,
    async showAgain(base) {
      const manifest = await readMirrorManifest(store, name)
      const shown = base.view ?? base
      const isShown = manifest?.published?.sha256 === shown.sha256 && manifest.next === undefined
      if (!isShown || manifest.file !== publicNameOf(name, shown)) await show(base)
    },
  }
}

function publishedOf({ rows, checkpoint, ...base }: BaseFile, folder: string): PublishedMirror {
  const { bytes, sha256 } = base.view ?? base
  const versions = { file: join(basename(folder), base.file), bytes: base.bytes }
  return {
    rows,
    bytes,
    sha256,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(base.view === undefined ? {} : { base: versions }),
  }
}

function publicNameOf(name: string, { file }: WholeFile): string {
  return `${name}.${endingOf(extensionOf(file), compressionOf(file))}`
}
