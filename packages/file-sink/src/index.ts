export type { CheckpointMark } from './lib/checkpoint-mark.js'
export { createFileSink, type FilePosition, type FileSink } from './lib/file-sink.js'
export type { FileSinkOptions, RotateOptions } from './lib/file-sink-options.js'
export type { LogFile, LogManifest, LogRead, LogReadStatus } from './lib/log/log-manifest.js'
