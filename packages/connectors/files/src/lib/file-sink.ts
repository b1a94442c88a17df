import type { ReadableSink, Sink } from '@deltaverse/core'
import { type FileSinkOptions, resolveOptions } from './file-sink-options.js'
import type { LogPosition } from './log/log-position.js'
import { createLogSink } from './log/log-sink.js'
import type { MirrorPosition } from './mirror/mirror-position.js'
import { createMirrorSink } from './mirror/mirror-sink.js'

/** How far a file sink is. */
export type FilePosition = LogPosition | MirrorPosition

/** A sink of files that can tell what they hold. */
export type FileSink = Sink<FilePosition> & ReadableSink

/**
 * A table's changes as NDJSON files that no crash can tear. Whatever `commit` resolved for is on the disk; opened at a position,
 * the files hold what they held then, and nothing more.
 *
 * @throws TypeError for an option that is wrong; from every method `sink-failed` when the disk is full, read-only or
 * otherwise unwilling, `sink-mismatch` when files are not what the position says
 */
export function createFileSink(options: FileSinkOptions): FileSink {
  const settings = resolveOptions(options)
  return settings.mode === 'log' ? createLogSink(settings) : createMirrorSink(settings)
}
