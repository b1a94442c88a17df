import type { EventRoutes, UpsertedChange } from '@deltaverse/core'
import type { TableSchema } from '@deltaverse/schema'
import type { LogSettings } from '../table-files.js'
import type { LogManifest } from './log-manifest.js'
import type { LogPosition } from './log-position.js'
import type { LogReads } from './log-reads.js'
import type { LogTale } from './log-tale.js'
import type { LogWriter } from './log-writer.js'

/** A log between `open` and `close`. */
export interface LogSession extends EventRoutes {
  /** The reads as of the last commit; the manifest may be behind within a read. */
  readonly committed: LogManifest['reads']
  useSchema(schema: TableSchema): void
  patch(rows: readonly UpsertedChange[]): Promise<void>
  commit(): Promise<LogPosition>
  close(): Promise<void>
}

interface LogParts {
  readonly reads: LogReads
  readonly writer: LogWriter
  readonly tale: LogTale
  /** The reads as they are on the disk. */
  readonly committed: LogManifest['reads']
  readonly fence: number
}

export function createLogSession(
  { badRows, files }: Pick<LogSettings, 'badRows' | 'files'>,
  { reads, writer, tale, committed, fence }: LogParts,
): LogSession {
  let counting = committed
  /** The last checkpoint was one within a read: more of it is to come. */
  let isInMidRead = false

  return {
    get committed() {
      return counting
    },
    useSchema: (schema) => writer.useSchema(schema),
    changes: (changes) => writer.append(changes),
    patch: (rows) => writer.appendPatches(rows),
    async reset(event) {
      tale.changed()
      await writer.closeFile()
      reads.reset(event)
    },
    complete(event) {
      tale.changed()
      reads.complete(event)
    },
    checkpoint(event) {
      reads.checkpoint(event)
      isInMidRead = !event.checkpoint.isBoundary
    },
    async commit() {
      await badRows.save(files)
      await writer.sync()
      const next = reads.mirror()
      await tale.commit(next, isInMidRead)
      counting = next
      return fence === 0 ? reads.position() : { ...reads.position(), fence }
    },
    async close() {
      badRows.drop()
      // Readers are told of the commits within a read. Nothing depends on it: the next start finds the manifest behind and mends it.
      const { manifest } = tale
      if (JSON.stringify(counting) !== JSON.stringify(manifest.reads)) {
        await tale.replace({ ...manifest, reads: counting }).catch(() => undefined)
      }
      await writer.close()
    },
  }
}
