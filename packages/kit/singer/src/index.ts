export { formatExactJson } from '@deltaverse/schema'
export {
  type Catalog,
  type CatalogMetadata,
  type CatalogStream,
  createCatalog,
  type OfferedTable,
  type SelectedStream,
  selectedStreams,
} from './lib/catalog.js'
export type { SingerMessage } from './lib/message.js'
export { readSingerMessages, type SingerLine } from './lib/read-messages.js'
export { createSingerSink, type SingerPosition, type SingerSinkOptions } from './lib/singer-sink.js'
export { createSingerState, type SingerState } from './lib/singer-state.js'
export { type DecimalForm, deletedColumn, type StreamSchema, streamSchema } from './lib/stream-schema.js'
