import { type OptionsInput, type OptionsOutput, parseMembers, schemaOf } from './define-options.js'
import { createOption, type Option, type OptionSpec, type OptionTerms } from './option.js'
import { wrongKind } from './wrong-value.js'

/** Options inside an option: `{ keepAlive: { idleMs: … } }`. */
export function group<const Spec extends OptionSpec>(
  spec: Spec,
  terms: Pick<OptionTerms<never>, 'doc'>,
): Option<OptionsInput<Spec>, OptionsOutput<Spec>, false> {
  const option = createOption(
    {
      check: (name, value) => parseGroup(name, value, spec),
      type: 'options',
      schema: schemaOf(spec),
      members: spec,
    },
    terms,
  )
  return {
    ...option,
    parse: (name: string, value: unknown) => parseGroup(name, value ?? {}, spec),
  } as Option<OptionsInput<Spec>, OptionsOutput<Spec>, false>
}

/**
 * Something that is switched on with `true`, or with options of its own: `follow: true`, `follow: { minIntervalMs: 500 }`.
 * Left out, or `false`, it is undefined.
 */
export function switchable<const Spec extends OptionSpec>(
  spec: Spec,
  terms: Pick<OptionTerms<never>, 'doc'> & { readonly default?: true },
): Option<boolean | OptionsInput<Spec>, OptionsOutput<Spec> | undefined, false> {
  const isOn = terms.default === true
  return {
    parse(name, value) {
      if (value === false || (value === undefined && !isOn)) return undefined
      return parseGroup(
        name,
        value === true || value === undefined ? {} : value,
        spec,
        'true, false or options',
      )
    },
    isRequired: false,
    type: 'true, false or options',
    defaultText: String(isOn),
    doc: terms.doc,
    schema: { anyOf: [{ type: 'boolean' }, schemaOf(spec)], description: terms.doc, default: isOn },
    members: spec,
  }
}

type OutOf<Member> = Member extends Option<infer _, infer Out> ? Out : never
type InOf<Member> = Member extends Option<infer In, infer _> ? In : never

/** An option that takes what one of several does; each is tried in turn. The first one's default and words are its own. */
export function either<const First extends Option, const Rest extends readonly Option[]>(
  first: First,
  ...rest: Rest
): Option<
  InOf<First> | InOf<Rest[number]>,
  undefined extends OutOf<First>
    ? OutOf<First> | OutOf<Rest[number]>
    : Exclude<OutOf<First> | OutOf<Rest[number]>, undefined>,
  false
> {
  const members = [first, ...rest]
  const type = members.map((member) => member.type).join(', or ')
  const schemas = members.flatMap(({ schema }) => schema ?? [])
  const option: Option = {
    ...first,
    parse(name, value) {
      if (value === undefined) return first.parse(name, value)
      const errors: unknown[] = []
      for (const member of members) {
        try {
          return member.parse(name, value)
        } catch (error) {
          errors.push(error)
        }
      }
      // A value of the right kind that is out of range says more than the list of kinds.
      throw errors.find((error) => error instanceof RangeError) ?? wrongKind(name, type, value)
    },
    type,
    schema: schemas.length === 0 ? undefined : { anyOf: schemas, description: first.doc },
  }
  return option as never
}

function parseGroup<Spec extends OptionSpec>(
  name: string,
  value: unknown,
  spec: Spec,
  expected = 'an object of options',
): OptionsOutput<Spec> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongKind(name, expected, value)
  }
  return parseMembers(name, `${name}.`, spec, value) as OptionsOutput<Spec>
}
