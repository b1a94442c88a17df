/** A number in the digits of its source, for columns that hold more of them than a JavaScript number does. */
export class ExactNumber {
  /** Such as `9007199254740993` or `-12345678901234567.1`. */
  readonly text: string

  /** @throws TypeError for text that is no number in plain digits */
  constructor(text: string) {
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) {
      throw new TypeError(
        `an exact number must be plain digits such as 9007199254740993, received ${JSON.stringify(text)}`,
      )
    }
    this.text = text
  }

  toString(): string {
    return this.text
  }

  // Only what does not know of this class asks; text is the one form that keeps the digits there.
  toJSON(): string {
    return this.text
  }
}

/**
 * Writes JSON so that no digit is lost: the other way of `parseExactJson()`. An {@link ExactNumber} and a `bigint` stand as bare
 * digits, everything else as `JSON.stringify()` has it.
 */
export function formatExactJson(value: unknown): string {
  return needsDigits(value) ? write(value) : JSON.stringify(value)
}

function needsDigits(value: unknown): boolean {
  if (typeof value === 'bigint' || value instanceof ExactNumber) return true
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return false
  for (const member of Object.values(value)) if (needsDigits(member)) return true
  return false
}

function write(value: unknown): string {
  if (typeof value === 'bigint' || value instanceof ExactNumber) return String(value)
  if (!needsDigits(value)) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`
  const members = Object.entries(value as object)
    .filter(
      ([, member]) => member !== undefined && typeof member !== 'function' && typeof member !== 'symbol',
    )
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member)}`)
  return `{${members.join(',')}}`
}
