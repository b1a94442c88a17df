import { attempt, type Files } from '@deltaverse/durable-files'
import type { ObjectStore } from '../object-store.js'
import { type LogManifest, writeLogManifest } from './log-manifest.js'

/** The manifest of an open log: what readers are told, and when. */
export interface LogTale {
  /** As it is on the disk. */
  readonly manifest: LogManifest
  /** A file was made whose name is not durable yet. */
  madeName(): void
  /** Readers have to be told of the next commit: a file or a read began or ended. */
  changed(): void
  /** Tells of files before they are there, so that a later start knows whose they are. */
  announce(file: string): Promise<void>
  /** Tells of a commit; within a read only when it is about more than another few rows. */
  commit(reads: LogManifest['reads'], isInMidRead: boolean): Promise<void>
  replace(manifest: LogManifest): Promise<void>
  /** What was announced is gone from the disk; the next manifest need not tell of it. */
  forgetBegun(): void
}

/** @param manifest as it is on the disk */
export function createLogTale(
  files: Files,
  directory: string,
  store: ObjectStore,
  manifest: LogManifest,
  fence: number,
): LogTale {
  let told = manifest
  let mustTell = false
  let hasNewNames = false

  async function replace(next: LogManifest): Promise<void> {
    await writeLogManifest(store, next, fence)
    told = next
  }

  return {
    get manifest() {
      return told
    },
    madeName() {
      hasNewNames = true
    },
    changed() {
      mustTell = true
    },
    announce: (file) => replace({ ...told, begun: [...told.begun, file] }),
    replace,
    forgetBegun() {
      told = { ...told, begun: [] }
    },
    async commit(reads, isInMidRead) {
      // The names first: a manifest must not survive a power cut that a file in it does not.
      if (hasNewNames) await attempt('sync', directory, () => files.syncFolder(directory))
      hasNewNames = false
      if (isInMidRead && !mustTell) return
      const next: LogManifest = { ...told, reads, begun: [] }
      // With many files comparing costs as much as writing.
      if (mustTell || JSON.stringify(next) !== JSON.stringify(told)) await replace(next)
      mustTell = false
    },
  }
}
