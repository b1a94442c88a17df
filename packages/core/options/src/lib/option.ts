import type { JsonSchema } from './json-schema.js'

/** One option: what it takes, what it becomes, and what is said of it. Made by {@link text}, {@link bytes} and the like. */
export interface Option<In = unknown, Out = unknown, Required extends boolean = boolean> {
  /** Checks a value and fills in what is left out. `name` is how the caller knows it, such as `follow.minIntervalMs`. */
  readonly parse: (name: string, value: unknown) => Out
  readonly isRequired: Required
  /** What it takes, in words, for tables and help. */
  readonly type: string
  /** The default, in words; undefined where there is none. */
  readonly defaultText: string | undefined
  readonly doc: string
  /** What a file may hold for it; undefined for what only code can give, such as a function. */
  readonly schema: JsonSchema | undefined
  /** Options inside this one, for help and tables. */
  readonly members?: OptionSpec | undefined
  /** Only for the types: what a caller writes. */
  readonly input?: In
}

/** Options by their names. */
export type OptionSpec = Readonly<Record<string, Option>>

/** What every option is told. */
export interface OptionTerms<T> {
  /** What it does, as one or two sentences without its default. */
  readonly doc: string
  /** Taken where the caller gives nothing, or `undefined`. Without it the option is `undefined` then. */
  readonly default?: T
  /** How the default reads, where its value does not tell. */
  readonly defaultText?: string
  /** The caller has to give it. */
  readonly required?: true
}

type IsRequired<Terms> = Terms extends { readonly required: true } ? true : false
type HasValue<Terms> = Terms extends { readonly required: true }
  ? true
  : Terms extends { readonly default: infer Default }
    ? undefined extends Default
      ? false
      : true
    : false

/** An option of values of type `T`: without a default, and not required, it may be `undefined`. */
export type OptionOf<T, Terms> = Option<
  T,
  HasValue<Terms> extends true ? T : T | undefined,
  IsRequired<Terms>
>

/** What tells one kind of option from another. */
export interface OptionKind<T> {
  readonly check: (name: string, value: unknown) => T
  readonly type: string
  readonly schema?: JsonSchema | undefined
  readonly members?: OptionSpec | undefined
  readonly formatDefault?: (value: T) => string
}

/** Puts an option together from its kind and what its declaration says of it. */
export function createOption<T, Terms extends OptionTerms<T>>(
  kind: OptionKind<T>,
  terms: Terms,
): OptionOf<T, Terms> {
  const { check, type, schema, members, formatDefault = String } = kind
  const fallback = terms.default
  const option: Option<T, T | undefined> = {
    parse(name, value) {
      if (value !== undefined) return check(name, value)
      if (terms.required) throw new TypeError(`${name} is required: ${firstSentence(terms.doc)}`)
      return fallback
    },
    isRequired: terms.required === true,
    type,
    defaultText: terms.defaultText ?? (fallback === undefined ? undefined : formatDefault(fallback)),
    doc: terms.doc,
    schema: schema && { ...schema, description: terms.doc },
    members,
  }
  return option as OptionOf<T, Terms>
}

function firstSentence(text: string): string {
  return text.match(/^.*?[.;](?=\s|$)/)?.[0] ?? text
}
