import { attempt, type Files, ifThere, replaceFile } from '@deltaverse/durable-files'
import type { CheckpointMark } from '../checkpoint-mark.js'

/** What a manifest tells of a snapshot. */
export interface PublishedSnapshot {
  readonly rows: number
  readonly bytes: number
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
  /** The checkpoint whose rows it holds. */
  readonly checkpoint?: CheckpointMark
}

/** What `<name>.manifest.json` holds for a snapshot. */
export interface SnapshotManifest {
  /** Version of this format. */
  readonly format: 1
  readonly name: string
  readonly mode: 'snapshot'
  /** Name of the file, in the folder of the manifest. */
  readonly file: string
  /** What the file holds; absent before the first read has ended. */
  readonly published?: PublishedSnapshot
  /** The file is being replaced: it may hold this already. */
  readonly next?: PublishedSnapshot
}

/** `undefined` when there is no manifest of a snapshot, or none that can be read: then nothing is known of the file. */
export async function readSnapshotManifest(
  files: Files,
  path: string,
): Promise<SnapshotManifest | undefined> {
  const bytes = await attempt('read', path, () => ifThere(files.readFile(path)))
  if (bytes === undefined) return undefined
  try {
    const manifest = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<SnapshotManifest> | null
    const isKnown =
      manifest?.format === 1 && manifest.mode === 'snapshot' && typeof manifest.file === 'string'
    return isKnown ? (manifest as SnapshotManifest) : undefined
  } catch {
    return undefined
  }
}

export async function writeSnapshotManifest(
  files: Files,
  path: string,
  manifest: SnapshotManifest,
): Promise<void> {
  await replaceFile(path, `${JSON.stringify(manifest, undefined, 1)}\n`, { files })
}
