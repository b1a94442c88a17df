export { isClockTime, isDate, isInstant } from './lib/calendar.js'
export {
  type ColumnKind,
  type ColumnType,
  columnKinds,
  type EnumOption,
  formatColumnType,
} from './lib/column-type.js'
export {
  type EvolutionPlan,
  type EvolutionPolicy,
  evolutionPolicies,
  isAllowed,
  planEvolution,
} from './lib/evolution.js'
export { parseExactJson } from './lib/exact-json.js'
export { ExactNumber, formatExactJson } from './lib/exact-number.js'
export { createExactNumbers, type ExactNumbers, mayHoldLongNumber } from './lib/exact-numbers.js'
export { type ColumnChange, diffSchemas, isSameSchema, type SchemaDiff } from './lib/schema-diff.js'
export {
  type BadCharacters,
  createStorableText,
  type StorableText,
  storableJson,
  type UnstorableCharacters,
} from './lib/storable-text.js'
export { type ColumnSchema, columnsBesideKey, memberOf, type TableSchema } from './lib/table-schema.js'
export { type ValueFault, type ValueText, valueTexts } from './lib/value-text.js'
export { isWidening } from './lib/widening.js'
