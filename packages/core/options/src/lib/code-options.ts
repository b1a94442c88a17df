import { createOption, type OptionOf, type OptionTerms } from './option.js'
import { wrongKind } from './wrong-value.js'

/** A function of type `Fn`; only code can give it. */
export function callable<Fn>(): <const Terms extends OptionTerms<Fn>>(terms: Terms) => OptionOf<Fn, Terms> {
  return (terms) =>
    createOption(
      {
        check(name, value) {
          if (typeof value === 'function') return value as Fn
          throw wrongKind(name, 'a function', value)
        },
        type: 'function',
        formatDefault: () => '',
      },
      terms,
    )
}

/** An object of type `T` with these methods; only code can give it. `madeBy` says in errors where one comes from. */
export function instance<T>(
  methods: readonly (keyof T & string)[],
  madeBy?: string,
): <const Terms extends OptionTerms<T>>(terms: Terms) => OptionOf<T, Terms> {
  const needed = methods.map((method) => `${method}()`).join(' and ')
  const expected = madeBy === undefined ? `an object with ${needed}` : `${madeBy}, with ${needed}`
  return (terms) =>
    createOption(
      {
        check(name, value) {
          if (hasMethods(value, methods)) return value as T
          throw wrongKind(name, expected, value)
        },
        type: 'object',
        formatDefault: () => '',
      },
      terms,
    )
}

/** An AbortSignal; only code can give it. */
export function signal<const Terms extends OptionTerms<AbortSignal>>(
  terms: Terms,
): OptionOf<AbortSignal, Terms> {
  return createOption<AbortSignal, Terms>(
    {
      check(name, value) {
        if (hasMethods(value, ['throwIfAborted', 'addEventListener'])) return value as AbortSignal
        throw wrongKind(name, 'an AbortSignal, such as the signal of an AbortController', value)
      },
      type: 'AbortSignal',
    },
    terms,
  )
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
  )
}
