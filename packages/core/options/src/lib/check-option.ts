import { wrongKind, wrongNumber } from './wrong-value.js'

/** @throws TypeError unless the value is a number; RangeError unless it is one of milliseconds, 0 or more */
export function checkDuration(name: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw wrongNumber(name, 'a number of milliseconds, 0 or more', value)
}

/** @throws TypeError unless the value is a number; RangeError unless it is a whole one of at least `least` */
export function checkCount(name: string, value: unknown, least = 1): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number
  throw wrongNumber(name, `a whole number of at least ${least}`, value)
}

/** @throws TypeError unless the value is text of at least one character */
export function checkText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value
  throw wrongKind(name, 'text', value)
}

/** @throws TypeError unless the value is a function */
export function checkFunction<Fn>(name: string, value: Fn): Fn {
  if (typeof value === 'function') return value
  throw wrongKind(name, 'a function', value)
}

/** @throws TypeError unless the value is a list of functions */
export function checkFunctions<Fn>(name: string, value: readonly Fn[]): readonly Fn[] {
  if (!Array.isArray(value)) throw wrongKind(name, 'a list of functions', value)
  for (const [index, one] of value.entries()) checkFunction(`${name}[${index}]`, one)
  return [...value]
}

/** @throws TypeError unless the value is an object with these methods */
export function checkObject<Value>(name: string, value: Value, methods: readonly string[] = []): Value {
  const fits =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    methods.every((method) => typeof (value as Record<string, unknown>)[method] === 'function')
  if (fits) return value
  const wanted =
    methods.length === 0 ? 'an object' : `an object with ${methods.map((m) => `${m}()`).join(' and ')}`
  throw wrongKind(name, wanted, value)
}
