/** Gives the value back when it is a whole number of at least 1, else says which option is wrong and what came. */
export function requirePositiveInteger(name: string, value: unknown): number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name} must be a whole number of at least 1, received ${describeValue(value)}`)
  }
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a whole number of at least 1, received ${value}`)
  }
  return value
}

/** Gives the value back when it is a function or absent. */
export function requireFunctionOrAbsent<F>(name: string, value: F): F {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${name} must be a function, received ${describeValue(value)}`)
  }
  return value
}

/** A value in a few words, for messages. */
export function describeValue(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
