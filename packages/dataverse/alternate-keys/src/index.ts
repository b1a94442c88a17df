export { type EnsureKeyOptions, ensureKey, type KeyProgress } from './lib/ensure-key.js'
export type { RowAddress } from './lib/key-address.js'
export {
  createKey,
  deleteKey,
  type KeyClient,
  listKeys,
  type NewKey,
  reactivateKey,
} from './lib/key-definitions.js'
export {
  type KeyPreflight,
  type KeyReadiness,
  type KeyRequirement,
  type PreflightedKey,
  preflightKeys,
} from './lib/key-preflight.js'
export { createKeyResolver, type KeyResolver, type KeyResolverStats } from './lib/key-resolver.js'
export type { KeyResolverOptions } from './lib/key-resolver-options.js'
export type {
  Key,
  KeyAddress,
  KeyedRow,
  KeyMiss,
  KeyResolution,
  ReadRowsOptions,
} from './lib/key-results.js'
export {
  type AssignMessage,
  type CloseMessage,
  createLegacyMessages,
  type LegacyMessages,
  type OptionInput,
  type SetStateMessage,
} from './lib/legacy-messages.js'
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
  ColumnProblem,
  ColumnProblemReason,
  SourceRow,
  TranslatedRow,
  WireRow,
} from './lib/row-translation.js'
export { createRowTranslator, type RowTranslator, type RowTranslatorOptions } from './lib/row-translator.js'
export { type LegacyMessage, translateLegacyMessage } from './lib/translate-legacy-message.js'
export type { TextComparison } from './lib/typed-key.js'
export { toUpdateSteps } from './lib/update-steps.js'
