export {
  type ChangeEvent,
  type CheckpointStore,
  DataverseError,
  isDataverseError,
  type Row,
  type Sink,
} from '@deltaverse/core'
export type {
  CheckpointMark,
  LogFile,
  LogManifest,
  LogPosition,
  LogRead,
  LogReadStatus,
  MirrorManifest,
  MirrorPosition,
  PublishedMirror,
} from '@deltaverse/file-tables'
export type { FileEvent, FileSinkOptions, RotateOptions } from './options.js'
export { placeOf } from './place.js'
export { createFileSink, type FilePosition, type FileSink } from './sink.js'
