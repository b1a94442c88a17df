/** A number within a range, or a RangeError that names the option. */
export function numberWithin(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    throw new RangeError(`${name} is a number from ${min} to ${max}: got ${String(value)}`)
  }
  return value
}

/** A whole number within a range, or a RangeError that names the option. */
export function integerWithin(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value)) throw new RangeError(`${name} is a whole number: got ${String(value)}`)
  return numberWithin(name, value, min, max)
}

/** One of some choices, or a TypeError that names the option. */
export function oneOf<T extends string | number>(name: string, value: T, choices: readonly T[]): T {
  if (!choices.includes(value)) {
    throw new TypeError(`${name} is one of ${choices.join(', ')}: got ${String(value)}`)
  }
  return value
}
