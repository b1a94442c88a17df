export { type CollectionPathOptions, formatCollectionPath } from './lib/collection-path.js'
export { parseDeltaToken } from './lib/delta-token.js'
export { parseExactJson } from './lib/exact-json.js'
export { PageFormatError, type PageFormatErrorOptions } from './lib/page-format-error.js'
export {
  createPageSlicer,
  defaultMaxRecordBytes,
  type PageEnvelope,
  type PageSlicer,
  type PageSlicerOptions,
} from './lib/page-slicer.js'
export { createRowIdentity, parseRowVersion, type RowIdentity } from './lib/row-identity.js'
export { type RowRun, rowIsNested, rowMayHoldLongNumber } from './lib/row-run.js'
