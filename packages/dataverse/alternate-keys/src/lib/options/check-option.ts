/** @throws RangeError unless the value is a number of milliseconds, 0 or more */
export function checkDuration(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new RangeError(`${name} must be a number of milliseconds, 0 or more, received ${value}`)
}

/** @throws RangeError unless the value is a whole number of at least 1 */
export function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new RangeError(`${name} must be a whole number of at least 1, received ${value}`)
}

/** @throws TypeError unless the value is one of the choices */
export function checkChoice<Choice extends string>(
  name: string,
  value: Choice,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value)) return value
  throw new TypeError(
    `${name} must be ${choices.map((each) => `'${each}'`).join(' or ')}, received ${JSON.stringify(value)}`,
  )
}
