/** A number within a range; a TypeError or RangeError names the option. */
export function numberWithin(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value
  throw new (typeof value === 'number' ? RangeError : TypeError)(
    `${name} is a number ${max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `of ${min} or more`}: got ${shown(value)}`,
  )
}

/** A whole number within a range; a TypeError or RangeError names the option. */
export function integerWithin(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new RangeError(`${name} is a whole number: got ${value}`)
  }
  return numberWithin(name, value, min, max)
}

/** One of some choices, or a TypeError that names the option. */
export function oneOf<T extends string | number>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found !== undefined) return found
  throw new TypeError(`${name} is one of ${choices.join(', ')}: got ${shown(value)}`)
}

/** `true` or `false`; text of an environment variable is neither. Else a TypeError that names the option. */
export function booleanOf(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw new TypeError(`${name} is true or false: got ${shown(value)}`)
}

/** Text, or a TypeError that names the option. */
export function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  throw new TypeError(`${name} is text: got ${shown(value)}`)
}

/** A function, or a TypeError that names the option. */
export function functionOf<T>(name: string, value: T): T {
  if (typeof value === 'function') return value
  throw new TypeError(`${name} is a function: got ${shown(value)}`)
}

/** An object of named members, or a TypeError that names the option. */
export function objectOf(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new TypeError(`${name} is an object: got ${shown(value)}`)
}

/** A TypeError for a member that nobody reads: a misspelt one would be lost without a word. */
export function onlyKnownMembers(
  name: string,
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
): void {
  for (const member of Object.keys(object)) {
    if (known.includes(member)) continue
    throw new TypeError(`${name} has no member '${member}'; it knows ${known.join(', ')}`)
  }
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
