export { type ChoiceColumn, type ChoiceKind, readChoiceColumns } from './lib/choice-columns.js'
export { asJsonObject, type JsonObject, listOf, textOf } from './lib/json-members.js'
export { createLruCache, type LruCache } from './lib/lru-cache.js'
export type { ManyToManyEnd, ManyToManyMetadata } from './lib/many-to-many.js'
export {
  checkTableName,
  createMetadataReader,
  type MetadataReader,
  type MetadataReaderOptions,
} from './lib/metadata-reader.js'
export { parseKey } from './lib/parse-table-definition.js'
export type {
  ChoiceOption,
  ColumnDetail,
  ColumnKind,
  ColumnMetadata,
  DateBehavior,
  DetailedKind,
  KeyIndexStatus,
  KeyMetadata,
  LocalizedLabel,
  LookupTarget,
  TableMetadata,
} from './lib/table-metadata.js'
export {
  readTableSchema,
  rowMemberOf,
  rowMembersOf,
  type TableSchemaOptions,
  toTableSchema,
} from './lib/table-schema.js'
