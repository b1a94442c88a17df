import { InvalidArgumentError } from 'commander'

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Names, separated with commas; a flag that is repeated adds to them. */
export function collectNames(text: string, before: readonly string[] = []): readonly string[] {
  const names = collectTexts(text)
  for (const name of names) {
    if (!namePattern.test(name)) throw new InvalidArgumentError(`"${name}" is no name.`)
  }
  return [...before, ...names]
}

/** Texts, separated with commas. */
export function collectTexts(text: string): readonly string[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.every((part) => part !== '')) return parts
  throw new InvalidArgumentError('Between the commas stand names.')
}

/** One more of a flag that may be repeated. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, parseText(text)]
}

export function parseText(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('It must not be empty.')
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= 1) return count
  throw new InvalidArgumentError('It must be a whole number of at least 1.')
}

export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && seconds > 0) return seconds
  throw new InvalidArgumentError('It must be a number above 0.')
}

export function parseWait(text: string): number {
  return text === '0' ? 0 : parseSeconds(text)
}

export function parseShare(text: string): number {
  const share = Number(text)
  if (/^\d+(?:\.\d+)?$/.test(text) && share <= 1) return share
  throw new InvalidArgumentError('It must be a number from 0 to 1.')
}
