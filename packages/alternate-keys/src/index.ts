export type { RowAddress } from './lib/key-address.js'
export { createKeyResolver, type KeyResolver, type KeyResolverSnapshot } from './lib/key-resolver.js'
export type { KeyResolverOptions } from './lib/key-resolver-options.js'
export {
  createMetadataReader,
  type MetadataReader,
  type MetadataReaderOptions,
} from './lib/metadata-reader.js'
export {
  isNoRef,
  isRef,
  type KeyValue,
  type KeyValues,
  type NoRef,
  noRef,
  type RowRef,
  ref,
} from './lib/row-ref.js'
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
} from './lib/table-metadata.js'
export type { TextComparison } from './lib/typed-key.js'
