export { DataverseError, isDataverseError, type Row } from '@deltaverse/core'
export type { TextComparison } from '@deltaverse/values'
export {
  isNoRef,
  isRef,
  type KeyValue,
  type KeyValues,
  type NoRef,
  noRef,
  type RowRef,
  ref,
} from '@deltaverse/values'
export { type EnsureKeyOptions, ensureKey, type KeyProgress } from './lib/define/ensure-key.js'
export {
  createKey,
  deleteKey,
  type KeyClient,
  listKeys,
  type NewKey,
  reactivateKey,
} from './lib/define/key-definitions.js'
export {
  type KeyPreflight,
  type KeyReadiness,
  type KeyRequirement,
  type PreflightedKey,
  preflightKeys,
} from './lib/define/key-preflight.js'
export {
  type AssignMessage,
  type CloseMessage,
  createLegacyMessages,
  type LegacyMessages,
  type OptionInput,
  type SetStateMessage,
} from './lib/messages/legacy-messages.js'
export { type LegacyMessage, translateLegacyMessage } from './lib/messages/translate-legacy-message.js'
export type { RowAddress } from './lib/resolve/key-address.js'
export { createKeyResolver, type KeyResolver, type KeyResolverStats } from './lib/resolve/key-resolver.js'
export type { KeyResolverOptions } from './lib/resolve/key-resolver-options.js'
export type {
  Key,
  KeyAddress,
  KeyedRow,
  KeyMiss,
  KeyResolution,
  ReadRowsOptions,
} from './lib/resolve/key-results.js'
export type {
  ColumnProblem,
  ColumnProblemReason,
  SourceRow,
  TranslatedRow,
  WireRow,
} from './lib/translate/row-translation.js'
export {
  createRowTranslator,
  type RowTranslator,
  type RowTranslatorOptions,
} from './lib/translate/row-translator.js'
export { toUpdateSteps } from './lib/translate/update-steps.js'
