import { join } from 'node:path'
import type { Lease } from '@deltaverse/core'
import { makeFolder } from '@deltaverse/durable-files'
import { disarmBefore } from '../disarm.js'
import { type Fence, fenceOf } from '../fence.js'
import { compressionOf, endingOf } from '../file-name.js'
import { manifestName } from '../manifest-name.js'
import { folderStore, type ObjectStore } from '../object-store.js'
import { continueRecordFile, type RecordFile } from '../record-file.js'
import type { LogSettings } from '../table-files.js'
import { emptyManifest, type LogManifest, readLogManifest } from './log-manifest.js'
import type { LogPosition } from './log-position.js'
import { createLogReads } from './log-reads.js'
import { createLogSession, type LogSession } from './log-session.js'
import { createLogTale } from './log-tale.js'
import { createLogWriter } from './log-writer.js'
import { type RolledBack, rollBack } from './roll-back.js'

/** Takes a log back to a position, and makes it ready to go on there. */
export async function openLog(
  settings: LogSettings,
  position: LogPosition | undefined,
  lease: Lease | undefined,
): Promise<LogSession> {
  const fence = fenceOf(position?.fence, lease)
  const { files, directory, name, format, compress } = settings
  await makeFolder(files, directory)
  await disarmBefore(settings, fence)
  const store = folderStore(files, directory, fence.number)
  const manifest = await manifestToGoOnWith(settings, store, position)
  const rolled = rollBack(manifest, position, store.pathOf(manifestName(name)))
  const file = await openLast(settings, rolled)
  const reads = createLogReads(rolled.reads, position)
  const tale = createLogTale(files, directory, store, manifest, fence.number)
  const writer = createLogWriter({ settings, store, reads, tale, fence: fence.number }, file)
  try {
    const { lastFile } = reads
    if (file !== undefined && lastFile?.sha256 === '') lastFile.sha256 = await file.sha256()
    // First the manifest forgets what is to go, so that no reader looks for it; what is to go stays accounted for.
    const committed = reads.mirror()
    const next: LogManifest = { ...manifest, reads: committed, begun: rolled.removed }
    const seen = await seenByReaders(store, name, manifest, fence)
    if ([manifest, seen].some((each) => JSON.stringify(each) !== JSON.stringify(next)))
      await tale.replace(next)
    for (const removed of rolled.removed) await store.remove(removed)
    tale.forgetBegun()
    // A holder that wakes up may write on in its file: what counts of it is left to it, and the log goes on in another.
    if (!fence.isRaised) await file?.cutBehind()
    const isOther = file !== undefined && !file.path.endsWith(`.${endingOf(format.extension, compress)}`)
    if (fence.isRaised || isOther) await writer.closeFile()
    return createLogSession(settings, { reads, writer, tale, committed, fence: fence.number })
  } catch (error) {
    await writer.close()
    throw error
  }
}

/** A manifest that cannot be read is kept, and so are the files that it told of. */
async function manifestToGoOnWith(
  { name, onSetAside }: LogSettings,
  store: ObjectStore,
  position: LogPosition | undefined,
): Promise<LogManifest> {
  try {
    return (await newestManifest(store, name, position?.fence ?? 0)) ?? emptyManifest(name)
  } catch (error) {
    if (position !== undefined) throw error
    const keptAs = await store.setAside(manifestName(name))
    if (keptAs !== undefined) onSetAside(store.pathOf(manifestName(name)), keptAs)
    return emptyManifest(name)
  }
}

/** Of the holder that saved the position, where it had one of its own. */
async function newestManifest(
  store: ObjectStore,
  name: string,
  fence: number,
): Promise<LogManifest | undefined> {
  const own = fence === 0 ? undefined : await readLogManifest(store, name, fence)
  return own ?? (await readLogManifest(store, name))
}

/** With a fence, a holder may have ended between its own manifest and the one of readers. */
async function seenByReaders(
  store: ObjectStore,
  name: string,
  manifest: LogManifest,
  fence: Fence,
): Promise<LogManifest | undefined> {
  if (fence.number === 0) return manifest
  // One that cannot be read is written anew.
  return await readLogManifest(store, name).catch(() => undefined)
}

/** The last file, where it can be appended to. */
async function openLast(
  { files, directory }: LogSettings,
  { open }: RolledBack,
): Promise<RecordFile | undefined> {
  if (open === undefined) return undefined
  const options = { files, path: join(directory, open.file), compress: compressionOf(open.file) }
  return await continueRecordFile(options, { bytes: open.bytes, sha256: open.sha256 || undefined })
}
