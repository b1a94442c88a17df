import type { JsonSchema } from './json-schema.js'
import { nearestName } from './nearest-name.js'
import type { Option, OptionSpec } from './option.js'
import { wrongKind } from './wrong-value.js'

type RequiredNames<Spec> = {
  [Name in keyof Spec]: Spec[Name] extends Option<unknown, unknown, true> ? Name : never
}[keyof Spec]

type InputOf<Member> = Member extends { readonly input?: infer In } ? Exclude<In, undefined> : never
type OutputOf<Member> = Member extends { readonly parse: (name: string, value: unknown) => infer Out }
  ? Out
  : never

/** What a caller writes. */
export type OptionsInput<Spec extends OptionSpec> = {
  readonly [Name in RequiredNames<Spec>]: InputOf<Spec[Name]>
} & {
  readonly [Name in Exclude<keyof Spec, RequiredNames<Spec>>]?: InputOf<Spec[Name]> | undefined
}

/** What the code behind it reads: checked, defaults filled in. */
export type OptionsOutput<Spec extends OptionSpec> = {
  readonly [Name in keyof Spec]: OutputOf<Spec[Name]>
}

/** An option as tables and help show it. */
export interface OptionRow {
  /** With the names of the options around it: `follow.minIntervalMs`. */
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  /** In words; undefined where nothing is taken. */
  readonly default: string | undefined
  readonly doc: string
}

/** Options declared once. */
export interface Options<Spec extends OptionSpec> {
  readonly spec: Spec
  /**
   * Checks what a caller gave and fills in the defaults. `undefined` counts as not given.
   *
   * @throws TypeError for an unknown name (it names the nearest that there is) and for a value of the wrong kind, RangeError for
   * a number out of range; both say the name and what it must be, and no value but numbers and words of a list
   */
  parse(input: OptionsInput<Spec>): OptionsOutput<Spec>
  /** One row an option, nested ones behind the one that they are in. */
  describe(): readonly OptionRow[]
  /** What a file may hold. Options that only code can give are left out. */
  toJsonSchema(): JsonSchema
}

/**
 * Declares options: their types, checks, defaults, words for help and tables, and JSON Schema, all from one place.
 *
 * @param owner whose options they are, for errors: `sync()`
 */
export function defineOptions<const Spec extends OptionSpec>(owner: string, spec: Spec): Options<Spec> {
  return {
    spec,
    parse(input) {
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        throw wrongKind(`what ${owner} is given`, 'an object of options', input)
      }
      return parseMembers(owner, '', spec, input) as OptionsOutput<Spec>
    },
    describe: () => describeMembers('', spec),
    toJsonSchema: () => schemaOf(spec),
  }
}

/** Checks the members of an object against a declaration; `prefix` is the name of what they are in. */
export function parseMembers(
  owner: string,
  prefix: string,
  spec: OptionSpec,
  input: object,
): Readonly<Record<string, unknown>> {
  for (const name of Object.keys(input))
    if (!Object.hasOwn(spec, name)) throw unknownName(owner, prefix + name, spec)
  const given = input as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(spec).map(([name, option]) => [name, option.parse(prefix + name, given[name])]),
  )
}

function unknownName(owner: string, name: string, spec: OptionSpec): TypeError {
  const names = Object.keys(spec)
  const nearest = nearestName(name.slice(name.lastIndexOf('.') + 1), names)
  const remedy = nearest === undefined ? `It has ${names.join(', ')}` : `Did you mean ${nearest}?`
  return new TypeError(`${owner} has no option "${name}". ${remedy}`)
}

function describeMembers(prefix: string, spec: OptionSpec): OptionRow[] {
  return Object.entries(spec).flatMap(([name, option]) => [
    {
      name: prefix + name,
      type: option.type,
      isRequired: option.isRequired,
      default: option.defaultText,
      doc: option.doc,
    },
    ...describeMembers(`${prefix}${name}.`, option.members ?? {}),
  ])
}

/** The schema of an object with these members. */
export function schemaOf(spec: OptionSpec): JsonSchema {
  const members = Object.entries(spec).flatMap(([name, { schema }]) =>
    schema ? [[name, schema] as const] : [],
  )
  const required = members.map(([name]) => name).filter((name) => spec[name]?.isRequired === true)
  return {
    type: 'object',
    properties: Object.fromEntries(members),
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  }
}
