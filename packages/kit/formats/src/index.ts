export {
  type ChangeLine,
  changeLineSchema,
  type DeletedLine,
  type PatchedLine,
  type UpsertedLine,
} from './lib/change-line-schema.js'
export { csv } from './lib/csv.js'
export type { CsvDialect } from './lib/csv-dialect.js'
export type {
  Format,
  RecordHead,
  RecordReader,
  RecordSplitter,
  RecordWriter,
  WrittenChange,
  WrittenPatch,
  WrittenRow,
} from './lib/format.js'
export { formatChangeLine, formatChangeLines, ndjson, ndjsonRows, patchLine } from './lib/ndjson.js'
