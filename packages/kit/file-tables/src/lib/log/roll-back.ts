import { mismatch } from '../mismatch.js'
import type { LogFile, LogManifest, LogRead } from './log-manifest.js'
import type { LogPosition } from './log-position.js'

/** What a log is once everything beyond a position is discarded. */
export interface RolledBack {
  readonly reads: readonly LogRead[]
  /** Files that no longer count. */
  readonly removed: readonly string[]
  /** The last file, where more may be appended to it. */
  readonly open?: LogFile
}

/**
 * Goes back to a position. Whatever the position does not count on is removed: files begun after it, and those of reads that had
 * been abandoned before it. Without a position nothing is counted on; reads that were complete are kept all the same, marked
 * as discarded, for they cannot be had again.
 *
 * @throws DataverseError `sink-mismatch` when the manifest does not know what the position counts on
 */
export function rollBack(manifest: LogManifest, position: LogPosition | undefined, path: string): RolledBack {
  if (position === undefined) return result(manifest, manifest.reads.flatMap(discarded))
  const { read } = position
  if (read === undefined) {
    return result(
      manifest,
      manifest.reads.filter(({ number, status }) => number <= position.reads && status === 'discarded'),
    )
  }
  const known = manifest.reads.find(({ number }) => number === read.number)
  if (known === undefined || known.epoch !== read.epoch) {
    throw mismatch(
      `${path} does not know read ${read.number} of epoch ${read.epoch}, which the saved state counts on`,
    )
  }
  const earlier = manifest.reads.filter(
    ({ number, status }) => number < read.number && status !== 'abandoned',
  )
  const { file, ...rest } = read
  const files = filesUpTo(known.files, file, path)
  const last = files.at(-1)
  const rolled = result(manifest, [...earlier, { ...rest, files }])
  return last === undefined || last.closed ? rolled : { ...rolled, open: last }
}

function discarded(read: LogRead): LogRead[] {
  if (read.status !== 'complete' && read.status !== 'discarded') return []
  const files = read.files.map((file) => ({ ...file, closed: true }))
  return [{ ...read, status: 'discarded', files }]
}

function filesUpTo(
  files: readonly LogFile[],
  last: Omit<LogFile, 'sha256' | 'columns'> | undefined,
  path: string,
): LogFile[] {
  if (last === undefined) return []
  const index = files.findIndex(({ file }) => file === last.file)
  const known = files[index]
  // Within a read the manifest is not written with every commit, so its last file may be longer than it says.
  const isLonger = index === files.length - 1 && known?.closed === false
  if (known === undefined || (known.bytes < last.bytes && !isLonger)) {
    throw mismatch(
      `${path} does not know ${last.bytes} bytes of ${last.file}, which the saved state counts on`,
    )
  }
  // Members that the position does not have, as what they count had not come yet.
  const { firstCheckpoint: _, lastCheckpoint: __, patched: ___, ...entry } = known
  // Of another length the checksum has to be found anew.
  const sha256 = known.bytes === last.bytes ? known.sha256 : ''
  return [...files.slice(0, index), { ...entry, ...last, sha256 }]
}

function result(manifest: LogManifest, reads: readonly LogRead[]): RolledBack {
  const kept = new Set(reads.flatMap(({ files }) => files.map(({ file }) => file)))
  const all = [...manifest.reads.flatMap(({ files }) => files.map(({ file }) => file)), ...manifest.begun]
  return { reads, removed: [...new Set(all)].filter((file) => !kept.has(file)) }
}
