export { type Change, type ChangeEvent, DataverseError, isDataverseError, type Row } from '@deltaverse/core'
export {
  type ChangeLine,
  changeLineSchema,
  type DeletedLine,
  formatChangeLine,
  formatChangeLines,
  type UpsertedLine,
} from '@deltaverse/formats'
export { type AsReadableOptions, asReadable } from './lib/as-readable.js'
export { type AsWritableOptions, asWritable } from './lib/as-writable.js'
export { type BatchOptions, type BatchStage, batch } from './lib/batch.js'
export { type FromJsonArrayOptions, fromJsonArray } from './lib/from-json-array.js'
export {
  type BadLine,
  type FromNdjsonOptions,
  fromNdjson,
  fromNumberedNdjson,
  type NumberedValue,
} from './lib/from-ndjson.js'
export {
  type KindFilter,
  type OnlyKind,
  onlyChanges,
  onlyDeletes,
  onlyUpserts,
} from './lib/only-changes.js'
export type { Source, Stage } from './lib/stage.js'
export type { TextChunk } from './lib/text-chunk.js'
export { type NdjsonItem, toNdjson } from './lib/to-ndjson.js'
