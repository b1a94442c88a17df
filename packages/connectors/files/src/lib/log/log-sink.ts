import { join } from 'node:path'
import type { CallOptions, Change, ChangeEvent, HeldRow, ReadableSink, Sink } from '@deltaverse/core'
import { attempt, ifThere, makeFolder, setAside } from '@deltaverse/durable-files'
import { formatChangeLines } from '@deltaverse/node-streams'
import { compressionOf } from '../compression.js'
import type { SinkSettings } from '../file-sink-options.js'
import { continueLineFile, createLineFile, type LineFile } from '../line-file.js'
import { heldInLog } from './held-in-log.js'
import {
  emptyManifest,
  type LogFile,
  type LogManifest,
  lastNumber,
  readLogManifest,
  writeLogManifest,
} from './log-manifest.js'
import { type LogPosition, requireLogPosition } from './log-position.js'
import { createLogReads, type LogReads } from './log-reads.js'
import { type RolledBack, rollBack } from './roll-back.js'
import { roomLeft } from './rotation.js'

/** What is there between `open` and `close`. */
interface Session {
  readonly reads: LogReads
  /** The manifest as it is on the disk. */
  manifest: LogManifest
  /** The reads as of the last commit; the manifest may be behind within a read. */
  committed: LogManifest['reads']
  /** The manifest has to tell of a file or a read that began or ended. */
  mustTell: boolean
  /** The last checkpoint was one within a read: more of it is to come. */
  isInMidRead: boolean
  file: LineFile | undefined
  /** A file was made whose name is not durable yet. */
  hasNewNames: boolean
}

/** Changes as lines of NDJSON in numbered files, with a manifest that tells what they hold. */
export function createLogSink(settings: SinkSettings): Sink<LogPosition> & ReadableSink {
  const { directory, name, compress, files } = settings
  const manifestPath = join(directory, `${name}.manifest.json`)
  const extension = compress === 'gzip' ? 'ndjson.gz' : 'ndjson'
  let session: Session | undefined

  function requireOpen(): Session {
    if (session === undefined)
      throw new TypeError('the sink is not open: call open() before write() and commit()')
    return session
  }

  async function replaceManifest(open: Session, manifest: LogManifest): Promise<void> {
    await writeLogManifest(files, manifestPath, manifest)
    open.manifest = manifest
  }

  /** A manifest that cannot be read is kept, and so are the files that it told of. */
  async function manifestToGoOnWith(position: LogPosition | undefined): Promise<LogManifest> {
    try {
      return (await readLogManifest(files, manifestPath, name)) ?? emptyManifest(name)
    } catch (error) {
      if (position !== undefined) throw error
      const keptAs = await setAside(files, manifestPath)
      if (keptAs !== undefined) settings.onSetAside(manifestPath, keptAs)
      return emptyManifest(name)
    }
  }

  /** The last file, where it can be appended to: with the extension that new files have. */
  async function openLast({ open }: RolledBack): Promise<LineFile | undefined> {
    if (open === undefined) return undefined
    const options = { files, path: join(directory, open.file), compress: compressionOf(open.file) } as const
    return await continueLineFile(options, { bytes: open.bytes, sha256: open.sha256 || undefined })
  }

  async function removeAll(names: readonly string[]): Promise<void> {
    for (const each of names) {
      const path = join(directory, each)
      await attempt('remove', path, () => ifThere(files.rm(path)))
    }
  }

  async function open(position: LogPosition | undefined): Promise<void> {
    await makeFolder(files, directory)
    const manifest = await manifestToGoOnWith(position)
    const rolled = rollBack(manifest, position, manifestPath)
    const file = await openLast(rolled)
    const reads = createLogReads(rolled.reads, position)
    const opened: Session = {
      reads,
      manifest,
      committed: [],
      mustTell: false,
      isInMidRead: false,
      file,
      hasNewNames: false,
    }
    try {
      const { lastFile } = reads
      if (file !== undefined && lastFile?.sha256 === '') lastFile.sha256 = await file.sha256()
      // First the manifest forgets what is to go, so that no reader looks for it; what is to go stays accounted for.
      opened.committed = reads.mirror()
      const next: LogManifest = { ...manifest, reads: opened.committed, begun: rolled.removed }
      if (JSON.stringify(next) !== JSON.stringify(manifest)) await replaceManifest(opened, next)
      await removeAll(rolled.removed)
      opened.manifest = { ...next, begun: [] }
      await file?.cutBehind()
      if (file !== undefined && !file.path.endsWith(`.${extension}`)) await closeFile(opened)
    } catch (error) {
      await file?.close()
      throw error
    }
    session = opened
  }

  /** Nothing more goes to the current file. */
  async function closeFile(open: Session): Promise<void> {
    const { file, reads } = open
    const entry = reads.lastFile
    if (file === undefined || entry === undefined) return
    await file.sync()
    entry.bytes = file.bytes
    entry.sha256 = await file.sha256()
    entry.closed = true
    open.mustTell = true
    open.file = undefined
    await file.close()
  }

  /** The manifest tells of a file before it is there, so that a later start knows whose it is. */
  async function beginFile(open: Session): Promise<LineFile> {
    const number = lastNumber({ ...open.manifest, reads: open.reads.mirror() }) + 1
    const entry = newEntry(`${name}.${String(number).padStart(6, '0')}.${extension}`, settings.now())
    const path = join(directory, entry.file)
    const keptAs = await setAside(files, path)
    if (keptAs !== undefined) settings.onSetAside(path, keptAs)
    await replaceManifest(open, { ...open.manifest, begun: [...open.manifest.begun, entry.file] })
    const file = await createLineFile({ files, path, compress })
    open.hasNewNames = true
    open.reads.addFile(entry)
    open.mustTell = true
    open.file = file
    return file
  }

  async function append(open: Session, changes: readonly Change[]): Promise<void> {
    for (let rest = changes; rest.length > 0; ) {
      const room = roomLeft(settings.rotate, open.reads.lastFile, open.file?.bytes ?? 0, settings.now())
      if (room === 0) await closeFile(open)
      const file = open.file ?? (await beginFile(open))
      const part = rest.slice(0, room === 0 ? settings.rotate.rows : room)
      await file.append(formatChangeLines(part))
      open.reads.count(part)
      rest = rest.slice(part.length)
    }
  }

  async function apply(open: Session, event: Exclude<ChangeEvent, Change>): Promise<void> {
    if (event.kind === 'checkpoint') {
      open.reads.checkpoint(event)
      open.isInMidRead = !event.checkpoint.isBoundary
      return
    }
    open.mustTell = true
    if (event.kind === 'complete') return open.reads.complete(event)
    await closeFile(open)
    open.reads.reset(event)
  }

  /** Tells readers of a commit; within a read only when it is about more than another few rows. */
  async function tell(open: Session, reads: LogManifest['reads']): Promise<void> {
    // The names first: a manifest must not survive a power cut that a file in it does not.
    if (open.hasNewNames) await attempt('sync', directory, () => files.syncFolder(directory))
    open.hasNewNames = false
    if (open.isInMidRead && !open.mustTell) return
    const next: LogManifest = { ...open.manifest, reads, begun: [] }
    // With many files comparing costs as much as writing.
    if (open.mustTell || JSON.stringify(next) !== JSON.stringify(open.manifest)) {
      await replaceManifest(open, next)
    }
    open.mustTell = false
  }

  async function close(): Promise<void> {
    const closing = session
    session = undefined
    if (closing === undefined) return
    // Readers are told of the commits within a read. Nothing depends on it: the next start finds the manifest behind and mends it.
    const { committed, manifest } = closing
    if (JSON.stringify(committed) !== JSON.stringify(manifest.reads)) {
      await replaceManifest(closing, { ...manifest, reads: committed }).catch(() => undefined)
    }
    await closing.file?.close()
  }

  return {
    async open(position, call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      await close()
      await open(position === undefined ? undefined : requireLogPosition(position))
    },

    async write(events: readonly ChangeEvent[], call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      const opened = requireOpen()
      let changes: Change[] = []
      for (const event of events) {
        if (event.kind === 'upserted' || event.kind === 'deleted') {
          changes.push(event)
          continue
        }
        await append(opened, changes)
        changes = []
        await apply(opened, event)
      }
      await append(opened, changes)
    },

    async commit(call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      const opened = requireOpen()
      const { file, reads } = opened
      const entry = reads.lastFile
      if (file !== undefined && entry !== undefined) {
        await file.sync()
        const isLonger = entry.bytes !== file.bytes
        entry.bytes = file.bytes
        if (isLonger || entry.sha256 === '') entry.sha256 = await file.sha256()
      }
      const committed = reads.mirror()
      await tell(opened, committed)
      opened.committed = committed
      return reads.position()
    },

    close,

    async *held(call: CallOptions = {}): AsyncGenerator<readonly HeldRow[]> {
      call.signal?.throwIfAborted()
      const reads = session?.committed ?? (await readLogManifest(files, manifestPath, name))?.reads ?? []
      yield* heldInLog(files, directory, reads, call)
    },
  }
}

function newEntry(file: string, now: number): LogFile {
  const begunAt = new Date(now).toISOString()
  return { file, begunAt, upserted: 0, deleted: 0, bytes: 0, sha256: '', closed: false }
}
