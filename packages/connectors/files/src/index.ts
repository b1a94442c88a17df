export type {
  CheckpointMark,
  LogFile,
  LogManifest,
  LogRead,
  LogReadStatus,
  MirrorManifest,
  PublishedMirror,
} from '@deltaverse/file-tables'
export type { FileEvent, FileSinkOptions, RotateOptions } from './options.js'
export { placeOf } from './place.js'
export { createFileSink, type FilePosition, type FileSink } from './sink.js'
