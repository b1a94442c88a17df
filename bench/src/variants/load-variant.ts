import type { Variant } from './variant.js'

export type VariantName =
  | 'download'
  | 'download to file'
  | 'download to file, fsync'
  | 'feed, changes()'
  | 'feed, batches()'
  | 'feed, changes() to NDJSON'
  | 'feed, batches() to NDJSON'
  | 'sync to NDJSON'
  | 'sync to NDJSON, no fsync'
  | 'sync to NDJSON, gzip'
  | 'sync to NDJSON, mirror'
  | 'undici + JSON.parse'
  | 'dynamics-web-api'
  | 'dynamics-web-api to NDJSON'

/** Loads one variant and nothing else, so that none carries the memory of another's packages. */
export async function loadVariant(name: VariantName): Promise<Variant> {
  switch (name) {
    case 'download':
      return (await import('./download.js')).download
    case 'download to file':
      return (await import('./download-to-file.js')).downloadToFile
    case 'download to file, fsync':
      return (await import('./download-to-file.js')).downloadToFileAndFsync
    case 'feed, changes()':
      return (await import('./feed.js')).feedChanges
    case 'feed, batches()':
      return (await import('./feed.js')).feedBatches
    case 'feed, changes() to NDJSON':
      return (await import('./feed.js')).feedChangesToNdjson
    case 'feed, batches() to NDJSON':
      return (await import('./feed.js')).feedBatchesToNdjson
    case 'sync to NDJSON':
      return (await import('./sync.js')).syncToNdjson
    case 'sync to NDJSON, no fsync':
      return (await import('./sync.js')).syncToNdjsonWithoutFsync
    case 'sync to NDJSON, gzip':
      return (await import('./sync.js')).syncToGzip
    case 'sync to NDJSON, mirror':
      return (await import('./sync.js')).syncToMirror
    case 'undici + JSON.parse':
      return (await import('./undici-json.js')).undiciJson
    case 'dynamics-web-api':
      return (await import('./dynamics-web-api.js')).dynamicsWebApi
    case 'dynamics-web-api to NDJSON':
      return (await import('./dynamics-web-api.js')).dynamicsWebApiToNdjson
  }
}
