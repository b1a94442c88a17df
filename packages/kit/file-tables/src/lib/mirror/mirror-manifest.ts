import type { CheckpointMark } from '../checkpoint-mark.js'
import { manifestName } from '../manifest-name.js'
import type { ObjectStore } from '../object-store.js'

/** What a manifest tells of a mirror. */
export interface PublishedMirror {
  readonly rows: number
  readonly bytes: number
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
  /** The checkpoint whose rows it holds. */
  readonly checkpoint?: CheckpointMark
  /** The same rows with their versions, for a format that has none: a file below the folder of the manifest. */
  readonly base?: { readonly file: string; readonly bytes: number }
}

/** What `<name>.manifest.json` holds for a mirror. */
export interface MirrorManifest {
  /** Version of this format. */
  readonly format: 1
  readonly name: string
  readonly mode: 'mirror'
  /** Name of the file, in the folder of the manifest. */
  readonly file: string
  /** What the file holds; absent before the first read has ended. */
  readonly published?: PublishedMirror
  /** The file is being replaced: it may hold this already. */
  readonly next?: PublishedMirror
}

/** `undefined` when there is no manifest of a mirror, or none that can be read: then nothing is known of the file. */
export async function readMirrorManifest(
  store: ObjectStore,
  name: string,
): Promise<MirrorManifest | undefined> {
  const bytes = await store.read(manifestName(name))
  if (bytes === undefined) return undefined
  try {
    const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<MirrorManifest> | null
    const isKnown = manifest?.format === 1 && manifest.mode === 'mirror' && typeof manifest.file === 'string'
    return isKnown ? (manifest as MirrorManifest) : undefined
  } catch {
    return undefined
  }
}

export async function writeMirrorManifest(store: ObjectStore, manifest: MirrorManifest): Promise<void> {
  await store.replace(manifestName(manifest.name), `${JSON.stringify(manifest, undefined, 1)}\n`)
}
