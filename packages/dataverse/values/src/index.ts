export {
  findOptions,
  isPlainBoolean,
  type KnownOptions,
  type Translation,
  toBooleanValue,
  toChoicesValue,
  toChoiceValue,
} from './lib/choice/choice-value.js'
export { toColumnValue, type WireValue } from './lib/column/column-value.js'
export { fromWire, type TypedValue } from './lib/column/from-wire.js'
export { sameAsStored, sameReference } from './lib/column/same-as-stored.js'
export {
  defaultValueRules,
  type EmptyText,
  isLeftToService,
  type NoNumber,
  toValueRules,
  type ValueColumn,
  type ValueOptions,
  type ValueRules,
  valueOptions,
} from './lib/column/value-rules.js'
export { toWireDate, type WireDate } from './lib/date/wire-date.js'
export { comparableOfLiteral, comparableOfValue, joinComparables } from './lib/key/comparable.js'
export { type KeyLiteral, toKeyLiteral } from './lib/key/key-literal.js'
export { type KeyColumn, type KeyedTable, type KeyPlan, planKey } from './lib/key/key-plan.js'
export { nearestNames } from './lib/key/nearest-names.js'
export { laneOf, partsOfKey, type RowKey, typeRowKey } from './lib/key/row-key.js'
export { comparableOfRow, type KeyTyping, type TypedKey, typeKey } from './lib/key/typed-key.js'
export { wireName } from './lib/key/wire-name.js'
export { normaliseDecimal, normaliseInteger, roundDecimal } from './lib/number/decimal-text.js'
export { toWireNumber } from './lib/number/wire-number.js'
export {
  type KeyQuery,
  planQueries,
  type QueryKey,
  type QueryLimits,
  type QueryTarget,
} from './lib/query/plan-queries.js'
export { matchRows, type ReadPath, readQuery } from './lib/query/read-query.js'
export { fromPlainRow, toPlainRow } from './lib/reference/plain-row.js'
export {
  describeRef,
  describeValue,
  isNoRef,
  isRef,
  type KeyValue,
  type KeyValues,
  type NoRef,
  noRef,
  type RowRef,
  ref,
} from './lib/reference/row-ref.js'
export type { TextComparison } from './lib/text/fold-text.js'
export { type BadCharacters, isStorableText, toWireText, type WireText } from './lib/text/wire-text.js'
