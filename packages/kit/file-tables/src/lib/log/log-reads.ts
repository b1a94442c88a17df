import type { Change, CheckpointEvent, CompleteEvent, ResetEvent } from '@deltaverse/core'
import { markOf } from '../checkpoint-mark.js'
import type { LogFile, LogRead } from './log-manifest.js'
import type { LogPosition } from './log-position.js'

/** A read that is changing. */
interface OpenRead extends Omit<LogRead, 'status' | 'files'> {
  status: LogRead['status']
  readonly files: OpenLogFile[]
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }
type OpenLogFile = Writable<LogFile>

/** The reads of a log as events change them, ahead of what is committed. */
export interface LogReads {
  /** All of them as they are now, for a manifest. */
  mirror(): readonly LogRead[]
  /** The file that was begun last in it. */
  readonly lastFile: OpenLogFile | undefined
  reset(event: ResetEvent): void
  complete(event: CompleteEvent): void
  checkpoint(event: CheckpointEvent): void
  /** Changes were appended to the last file. */
  count(changes: readonly Change[]): void
  /** Columns that came later were appended to it. */
  countPatches(rows: number): void
  addFile(file: OpenLogFile): void
  position(): LogPosition
}

/** @param position where `reads` stand; absent when they all are of the past */
export function createLogReads(reads: readonly LogRead[], position: LogPosition | undefined): LogReads {
  const all: OpenRead[] = reads.map((read) => ({ ...read, files: read.files.map((file) => ({ ...file })) }))
  const currentNumber = position?.read?.number
  let current = all.find(({ number }) => number === currentNumber)
  let begun = Math.max(position?.reads ?? 0, all.at(-1)?.number ?? 0)

  function begin(read: Pick<LogRead, 'epoch' | 'reason' | 'status'>): OpenRead {
    begun += 1
    const next: OpenRead = { number: begun, ...read, files: [] }
    all.push(next)
    current = next
    return next
  }

  return {
    mirror: () => all.map((read) => ({ ...read, files: read.files.map((file) => ({ ...file })) })),
    get lastFile() {
      return current?.files.at(-1)
    },
    reset({ epoch, reason }) {
      if (current?.status === 'reading') current.status = 'abandoned'
      begin({ epoch, reason, status: 'reading' })
    },
    complete({ epoch }) {
      if (current?.status === 'reading' && current.epoch === epoch) current.status = 'complete'
    },
    checkpoint({ checkpoint }) {
      const file = current?.files.at(-1)
      if (file === undefined) return
      file.lastCheckpoint = markOf(checkpoint)
      file.firstCheckpoint ??= file.lastCheckpoint
    },
    count(changes) {
      const file = current?.files.at(-1)
      if (file === undefined) return
      for (const { kind } of changes) file[kind] += 1
    },
    countPatches(rows) {
      const file = current?.files.at(-1)
      if (file !== undefined) file.patched = (file.patched ?? 0) + rows
    },
    addFile(file) {
      // Changes without a full read before them: what there was, was nothing, and it is known in full.
      const read = current ?? begin({ epoch: 1, reason: 'initial', status: 'complete' })
      read.files.push(file)
    },
    position() {
      if (current === undefined) return { format: 1, mode: 'log', reads: begun }
      const { files, ...read } = current
      const last = files.at(-1)
      if (last === undefined) return { format: 1, mode: 'log', reads: begun, read: { ...read } }
      const { sha256: _, columns: __, ...file } = last
      return { format: 1, mode: 'log', reads: begun, read: { ...read, file } }
    },
  }
}
