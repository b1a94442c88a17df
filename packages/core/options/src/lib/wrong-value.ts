/** What a value is, in a word or two, without showing it: a value in the wrong place may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (value === '') return 'empty text'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'function' ? 'a function' : `a ${typeof value}`
}

export function wrongKind(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected}, received ${kindOf(value)}`)
}

/** A number of the wrong size is a RangeError that shows it, anything else a TypeError that does not. */
export function wrongNumber(name: string, expected: string, value: unknown): TypeError | RangeError {
  if (typeof value !== 'number') return wrongKind(name, expected, value)
  return new RangeError(`${name} must be ${expected}, received ${value}`)
}
