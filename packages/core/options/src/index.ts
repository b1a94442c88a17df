export { callable, instance, signal } from './lib/code-options.js'
export {
  defineOptions,
  type OptionRow,
  type Options,
  type OptionsInput,
  type OptionsOutput,
} from './lib/define-options.js'
export type { JsonSchema } from './lib/json-schema.js'
export { nearestName } from './lib/nearest-name.js'
export { either, group, switchable } from './lib/nested-options.js'
export { bytes, durationMs, KiB, MiB, type NumberTerms, number, share, whole } from './lib/number-options.js'
export {
  createOption,
  type Option,
  type OptionKind,
  type OptionOf,
  type OptionSpec,
  type OptionTerms,
} from './lib/option.js'
export { flag, listOf, oneOf, type TextTerms, text } from './lib/plain-options.js'
export { kindOf } from './lib/wrong-value.js'
