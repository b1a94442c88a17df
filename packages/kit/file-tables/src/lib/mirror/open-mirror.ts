import { join } from 'node:path'
import type { Lease } from '@deltaverse/core'
import { attempt, type Files, ifThere, makeFolder } from '@deltaverse/durable-files'
import { disarmBefore } from '../disarm.js'
import { fenceOf, fenceSuffix } from '../fence.js'
import { extensionOf } from '../file-name.js'
import { mismatch } from '../mismatch.js'
import { folderStore } from '../object-store.js'
import { continueRecordFile } from '../record-file.js'
import type { MirrorSettings } from '../table-files.js'
import { copyPosition } from './copy-position.js'
import type { ChangesFile, MirrorPosition, WholeFile } from './mirror-position.js'
import { createMirrorSession, type MirrorSession } from './mirror-session.js'
import { closeFiles, filesOf, type MirrorState, type OpenChanges } from './mirror-state.js'
import { createPublisher } from './publish.js'
import { createWorkFolder, type WorkFolder } from './work-folder.js'

/** Takes a mirror back to a position, and makes it ready to go on there. */
export async function openMirror(
  settings: MirrorSettings,
  position: MirrorPosition,
  lease: Lease | undefined,
): Promise<MirrorSession> {
  const fence = fenceOf(position.fence, lease)
  const { files, directory } = settings
  await makeFolder(files, directory)
  await disarmBefore(settings, fence)
  const folder = workFolderOf(settings, fence.number)
  const saved = fence.isRaised ? workFolderOf(settings, position.fence ?? 0) : folder
  await requireWhole(files, saved, position.base)
  await requireWhole(files, saved, position.base?.view)
  if (fence.isRaised) await copyPosition(files, saved, folder, position)
  await folder.keepOnly(filesOf(position))
  const publisher = createPublisher(settings, folderStore(files, directory, fence.number), folder)
  const { base } = position
  // What readers see is of another format than before: it is made anew.
  const isOther = base !== undefined && extensionOf((base.view ?? base).file) !== settings.format.extension
  const state: MirrorState = {
    fence: fence.number,
    base,
    changes: undefined,
    read: undefined,
    isBehind: position.isBehind === true || isOther,
    endedAt: undefined,
  }
  try {
    state.changes = await continueChanges(files, folder, position.changes)
    if (position.read !== undefined) {
      state.read = { epoch: position.read.epoch, changes: undefined }
      state.read.changes = await continueChanges(files, folder, position.read.changes)
    }
    // Readers may see a replacement that was made and not saved: it is taken back.
    if (state.base !== undefined) await publisher.showAgain(state.base)
  } catch (error) {
    await closeFiles(state)
    throw error
  }
  return createMirrorSession({ settings, folder, publisher, state }, position)
}

function workFolderOf({ files, directory, name }: MirrorSettings, fence: number): WorkFolder {
  return createWorkFolder(files, join(directory, `${name}.mirror${fenceSuffix('.', fence)}`))
}

async function requireWhole(files: Files, folder: WorkFolder, whole: WholeFile | undefined): Promise<void> {
  if (whole === undefined) return
  const path = folder.pathOf(whole.file)
  const stats = await attempt('read', path, () => ifThere(files.stat(path)))
  if (stats?.size === whole.bytes) return
  const is = stats === undefined ? 'is gone' : `has ${stats.size} bytes`
  throw mismatch(`${path} ${is}, and the saved state counts on its ${whole.bytes} bytes`)
}

async function continueChanges(
  files: Files,
  folder: WorkFolder,
  changes: ChangesFile | undefined,
): Promise<OpenChanges | undefined> {
  if (changes === undefined) return undefined
  const options = { files, path: folder.pathOf(changes.file), compress: 'none' } as const
  const file = await continueRecordFile(options, { bytes: changes.bytes, sha256: undefined })
  try {
    await file.cutBehind()
  } catch (error) {
    await file.close()
    throw error
  }
  return { name: changes.file, file }
}
