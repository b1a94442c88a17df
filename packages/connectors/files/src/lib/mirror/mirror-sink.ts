import { join } from 'node:path'
import type { CallOptions, Change, ChangeEvent, HeldRow, ReadableSink, Sink } from '@deltaverse/core'
import { attempt, ifThere, makeFolder } from '@deltaverse/durable-files'
import { formatChangeLines } from '@deltaverse/node-streams'
import type { CheckpointMark } from '../checkpoint-mark.js'
import { markOf } from '../checkpoint-mark.js'
import { compressionOf } from '../compression.js'
import type { SinkSettings } from '../file-sink-options.js'
import { heldInLines } from '../held-in-lines.js'
import { continueLineFile, createLineFile } from '../line-file.js'
import { mismatch } from '../sink-mismatch.js'
import { mergeChanges } from './merge-changes.js'
import { readMirrorManifest } from './mirror-manifest.js'
import {
  type BaseFile,
  type ChangesFile,
  type MirrorPosition,
  requireMirrorPosition,
} from './mirror-position.js'
import {
  changesOf,
  closeFiles,
  filesOf,
  type MirrorSession,
  nothing,
  type OpenChanges,
  positionOf,
} from './mirror-session.js'
import { createPublisher } from './publish.js'
import { createWorkFolder, type WorkFolder } from './work-folder.js'

/** The table's rows as one file of NDJSON that is replaced, as a whole, when a read has ended. */
export function createMirrorSink(settings: SinkSettings): Sink<MirrorPosition> & ReadableSink {
  const { directory, name, compress, files } = settings
  const manifestPath = join(directory, `${name}.manifest.json`)
  const workPath = join(directory, `${name}.mirror`)
  let session: MirrorSession | undefined

  function requireOpen(): MirrorSession {
    if (session === undefined)
      throw new TypeError('the sink is not open: call open() before write() and commit()')
    return session
  }

  async function openAt(position: MirrorPosition): Promise<void> {
    await makeFolder(files, directory)
    const folder = createWorkFolder(files, workPath)
    await requireBase(folder, position.base)
    await folder.keepOnly(filesOf(position))
    const opened: MirrorSession = {
      folder,
      publisher: createPublisher(settings, manifestPath, folder),
      base: position.base,
      changes: undefined,
      read: undefined,
      isBehind: position.isBehind === true,
      endedAt: undefined,
      hasNewNames: false,
      committed: position,
    }
    try {
      opened.changes = await continueChanges(folder, position.changes)
      if (position.read !== undefined) {
        opened.read = { epoch: position.read.epoch, changes: undefined }
        opened.read.changes = await continueChanges(folder, position.read.changes)
      }
      // Readers may see a replacement that was made and not saved: it is taken back.
      if (opened.base !== undefined) await opened.publisher.showAgain(opened.base)
    } catch (error) {
      await closeFiles(opened)
      throw error
    }
    session = opened
  }

  async function requireBase(folder: WorkFolder, base: BaseFile | undefined): Promise<void> {
    if (base === undefined) return
    const path = folder.pathOf(base.file)
    const stats = await attempt('read', path, () => ifThere(files.stat(path)))
    if (stats?.size === base.bytes) return
    const is = stats === undefined ? 'is gone' : `has ${stats.size} bytes`
    throw mismatch(`${path} ${is}, and the saved state counts on its ${base.bytes} bytes`)
  }

  async function continueChanges(
    folder: WorkFolder,
    changes: ChangesFile | undefined,
  ): Promise<OpenChanges | undefined> {
    if (changes === undefined) return undefined
    const options = { files, path: folder.pathOf(changes.file), compress: 'none' } as const
    const file = await continueLineFile(options, { bytes: changes.bytes, sha256: undefined })
    try {
      await file.cutBehind()
    } catch (error) {
      await file.close()
      throw error
    }
    return { name: changes.file, file }
  }

  async function append(open: MirrorSession, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return
    const target = open.read ?? open
    target.changes ??= await beginChanges(open)
    await target.changes.file.append(formatChangeLines(changes))
    if (open.read === undefined) open.isBehind = true
    open.endedAt = undefined
  }

  async function beginChanges(open: MirrorSession): Promise<OpenChanges> {
    const fileName = open.folder.newName('changes', 'none')
    const file = await createLineFile({ files, path: open.folder.pathOf(fileName), compress: 'none' })
    open.hasNewNames = true
    return { name: fileName, file }
  }

  async function apply(open: MirrorSession, event: Exclude<ChangeEvent, Change>): Promise<void> {
    if (event.kind === 'reset') {
      await open.read?.changes?.file.close()
      open.read = { epoch: event.epoch, changes: undefined }
      open.endedAt = undefined
    } else if (event.kind === 'checkpoint') {
      const isEnd = open.read === undefined && event.checkpoint.isBoundary
      open.endedAt = isEnd ? markOf(event.checkpoint) : undefined
    } else if (open.read?.epoch === event.epoch) {
      await open.changes?.file.close()
      open.changes = open.read.changes
      open.read = undefined
      open.base = undefined
      open.isBehind = true
    }
  }

  async function syncChanges(open: MirrorSession): Promise<void> {
    await open.changes?.file.sync()
    await open.read?.changes?.file.sync()
    if (!open.hasNewNames) return
    await attempt('sync', workPath, () => files.syncFolder(workPath))
    open.hasNewNames = false
  }

  /** What the last position counts on stays: as long as the new one is not saved, the next start goes back there. */
  async function replaceBase(
    open: MirrorSession,
    checkpoint: CheckpointMark,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { folder, changes } = open
    await folder.keepOnly(new Set([...filesOf(open.committed), ...filesOf(positionOf(open))]))
    const from = changes === undefined ? undefined : changesOf(changes)
    const merged = await mergeChanges(folder, open.base, from, compress, { ...settings, signal })
    await attempt('sync', workPath, () => files.syncFolder(workPath))
    const base = { ...merged, checkpoint }
    await open.publisher.show(base)
    open.base = base
    open.changes = undefined
    open.isBehind = false
    await changes?.file.close()
    await folder.keepOnly(new Set([...filesOf(open.committed), base.file]))
  }

  async function close(): Promise<void> {
    const closing = session
    session = undefined
    if (closing !== undefined) await closeFiles(closing)
  }

  return {
    async open(position, call: CallOptions = {}) {
      call.signal?.throwIfAborted()
      await close()
      await openAt(position === undefined ? nothing : requireMirrorPosition(position))
    },

    async write(events, call: CallOptions = {}) {
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
      await syncChanges(opened)
      const { endedAt, isBehind } = opened
      if (endedAt !== undefined && isBehind) await replaceBase(opened, endedAt, call.signal)
      opened.committed = positionOf(opened)
      return opened.committed
    },

    close,

    async *held(call: CallOptions = {}): AsyncGenerator<readonly HeldRow[]> {
      call.signal?.throwIfAborted()
      if (session === undefined) return yield* heldInPublished(call)
      const { folder, committed } = session
      const { base, changes, read } = committed
      if (base !== undefined) {
        const { file, bytes } = base
        yield* heldInLines(files, { path: folder.pathOf(file), bytes, compress: compressionOf(file) }, call)
      }
      const isFirstRead = base === undefined && changes === undefined && committed.isBehind !== true
      const counting = isFirstRead ? read?.changes : changes
      if (counting === undefined) return
      yield* heldInLines(
        files,
        { path: folder.pathOf(counting.file), bytes: counting.bytes, compress: 'none' },
        call,
      )
    },
  }

  async function* heldInPublished(call: CallOptions): AsyncGenerator<readonly HeldRow[]> {
    const manifest = await readMirrorManifest(files, manifestPath)
    if (manifest?.published === undefined) return
    const { file, published } = manifest
    const { bytes } = published
    yield* heldInLines(files, { path: join(directory, file), bytes, compress: compressionOf(file) }, call)
  }
}
