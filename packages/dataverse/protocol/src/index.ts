export type { BatchAnswer, BatchResponse, ChangesetAnswer } from './lib/batch-answer.js'
export {
  type BatchBuilder,
  type BatchBuilderOptions,
  createBatchBuilder,
  maxBatchParts,
} from './lib/batch-builder.js'
export type { BatchChangeset, BatchPart, BatchRequest } from './lib/batch-part.js'
export { formatBatchRequest } from './lib/batch-request.js'
export { isBatchResponse, type ParseBatchOptions, parseBatchResponse } from './lib/batch-response.js'
export {
  type BulkMessage,
  formatBulkBody,
  formatBulkPath,
  formatBulkSupportPath,
  formatBulkTarget,
  parseCreatedIds,
} from './lib/bulk-request.js'
export { type CollectionPathOptions, formatCollectionPath } from './lib/collection-path.js'
export { parseDeltaToken } from './lib/delta-token.js'
export { type ErrorBody, type InnerError, normaliseServiceCode, parseErrorBody } from './lib/error-body.js'
export { formatInCondition, formatKeyCondition, isPlainListText } from './lib/key-filter.js'
export {
  findUnaddressableCharacter,
  formatBodyKeyPredicate,
  formatKeyPredicate,
  formatRowPath,
  formatRowReference,
  type KeyPart,
  parseRowReference,
  type RowReference,
} from './lib/key-predicate.js'
export { linkToPath } from './lib/link-path.js'
export {
  encodeUrlText,
  formatODataLiteral,
  formatStringLiteral,
  isGuidText,
  isSendableText,
  type ODataLiteral,
} from './lib/odata-literal.js'
export { PageFormatError, type PageFormatErrorOptions } from './lib/page-format-error.js'
export {
  createPageSlicer,
  defaultMaxDepth,
  defaultMaxRecordBytes,
  type PageEnvelope,
  type PageSlicer,
  type PageSlicerOptions,
} from './lib/page-slicer.js'
export {
  type AppliedPreferences,
  formatPrefer,
  type Preferences,
  parsePreferenceApplied,
} from './lib/prefer.js'
export { parseRetryAfter } from './lib/retry-after.js'
export { isRowGone } from './lib/row-gone.js'
export { createRowIdentity, parseRowVersion, type RowIdentity } from './lib/row-identity.js'
export { type RowRun, rowIsNested, rowMayHoldLongNumber } from './lib/row-run.js'
export type { ErrorVerdict, ServiceCode, ServiceErrorClass } from './lib/service-code.js'
export { serviceCode } from './lib/service-code-names.js'
export { classifyError, lookUpServiceCode } from './lib/service-codes.js'
export {
  defaultApiVersion,
  type ParseServiceRootOptions,
  parseServiceRoot,
  type ServiceRoot,
} from './lib/service-root.js'
export { hideLinkTokens, hideQuery } from './lib/url-text.js'
