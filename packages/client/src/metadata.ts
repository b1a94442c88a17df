export { asJsonObject, type JsonObject, listOf, textOf } from './lib/metadata/json-members.js'
export { createLruCache, type LruCache } from './lib/metadata/lru-cache.js'
export {
  checkTableName,
  createMetadataReader,
  type MetadataReader,
  type MetadataReaderOptions,
} from './lib/metadata/metadata-reader.js'
export { parseKey } from './lib/metadata/parse-table-definition.js'
export type {
  ChoiceOption,
  ColumnDetail,
  ColumnKind,
  ColumnMetadata,
  DateBehavior,
  DetailedKind,
  KeyIndexStatus,
  KeyMetadata,
  LookupTarget,
  TableMetadata,
} from './lib/metadata/table-metadata.js'
