import { dirname, join } from 'node:path'
import { attempt, type Files, ifThere, isWithoutLinks, setAside, writeFully } from '@deltaverse/durable-files'
import type { SinkSettings } from '../file-sink-options.js'
import { checksumOf } from '../read-pieces.js'
import {
  type MirrorManifest,
  type PublishedMirror,
  readMirrorManifest,
  writeMirrorManifest,
} from './mirror-manifest.js'
import type { BaseFile } from './mirror-position.js'
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

export function createPublisher(settings: SinkSettings, manifestPath: string, folder: WorkFolder): Publisher {
  const { directory, name, files, onSetAside } = settings

  /** What this sink put there last. A crash may have left open whether the next one is there already. */
  async function lastShown(manifest: MirrorManifest | undefined): Promise<PublishedMirror | undefined> {
    if (manifest?.next === undefined) return manifest?.published
    const actual = await checksumOf(files, join(directory, manifest.file))
    return [manifest.published, manifest.next].find((each) => each?.sha256 === actual)
  }

  async function replace(path: string, base: BaseFile, own: PublishedMirror | undefined): Promise<void> {
    const prepared = folder.pathOf('published.new')
    await attempt('replace', path, async () => {
      await ifThere(files.rm(prepared))
      await linkOrCopy(files, folder.pathOf(base.file), prepared)
      const there = await ifThere(files.stat(path))
      if (there !== undefined && there.size !== own?.bytes) {
        const keptAs = await setAside(files, path)
        if (keptAs !== undefined) onSetAside(path, keptAs)
      }
      await files.rename(prepared, path)
      // Where both were one file already, a rename does nothing.
      await ifThere(files.rm(prepared))
      await files.syncFolder(dirname(path))
    })
  }

  async function show(base: BaseFile): Promise<void> {
    const before = await readMirrorManifest(files, manifestPath)
    const file = publicNameOf(name, base)
    const { file: _, ...next } = base
    const published = before?.file === file ? await lastShown(before) : undefined
    const manifest: MirrorManifest = { format: 1, name, mode: 'mirror', file }
    await writeMirrorManifest(files, manifestPath, {
      ...manifest,
      ...(published === undefined ? {} : { published }),
      next,
    })
    await replace(join(directory, file), base, published)
    await writeMirrorManifest(files, manifestPath, { ...manifest, published: next })
    if (before === undefined || before.file === file) return
    // The compression has changed, and nobody would replace the old file any more.
    const old = join(directory, before.file)
    await attempt('remove', old, () => ifThere(files.rm(old)))
  }

  return {
    show,
    async showAgain(base) {
      const manifest = await readMirrorManifest(files, manifestPath)
      const isShown = manifest?.published?.sha256 === base.sha256 && manifest.next === undefined
      if (!isShown || manifest.file !== publicNameOf(name, base)) await show(base)
    },
  }
}

function publicNameOf(name: string, base: BaseFile): string {
  return `${name}.ndjson${base.file.endsWith('.gz') ? '.gz' : ''}`
}

async function linkOrCopy(files: Files, source: string, target: string): Promise<void> {
  try {
    await files.link(source, target)
  } catch (error) {
    if (!isWithoutLinks(error)) throw error
    await copy(files, source, target)
  }
}

async function copy(files: Files, source: string, target: string): Promise<void> {
  const from = await files.open(source, 'r')
  try {
    const to = await files.open(target, 'w')
    try {
      const piece = Buffer.alloc(1024 * 1024)
      for (let at = 0; ; ) {
        const { bytesRead } = await from.read(piece, 0, piece.length, at)
        if (bytesRead === 0) break
        await writeFully(to, [piece.subarray(0, bytesRead)], at)
        at += bytesRead
      }
      await to.sync()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}
