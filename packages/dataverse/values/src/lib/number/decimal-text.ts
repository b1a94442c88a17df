import { ExactNumber } from '@deltaverse/schema'

/** A decimal number in its shortest form: no plus, no zeros that say nothing. `undefined` for what is no number. */
export function normaliseDecimal(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value)
  const text =
    typeof value === 'number' ? expandExponent(value) : value instanceof ExactNumber ? value.text : value
  if (typeof text !== 'string') return undefined
  const match = /^\s*([+-]?)(\d+)(?:\.(\d*))?\s*$/.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = ''] = match
  const digits = whole.replace(/^0+(?=\d)/, '')
  const rest = fraction.replace(/0+$/, '')
  const number = rest === '' ? digits : `${digits}.${rest}`
  return sign === '-' && number !== '0' ? `-${number}` : number
}

// Numbers of 1e21 and more, or below 1e-6, print with an exponent, which the literal grammar of keys does not need.
function expandExponent(value: number): string | undefined {
  if (!Number.isFinite(value)) return undefined
  const text = String(value)
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (match === null) return text
  const [, sign = '', whole = '', fraction = '', exponent] = match
  const digits = whole + fraction
  const point = 1 + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}

/**
 * A whole number between two bounds as text, `undefined` for anything else. A JavaScript number beyond the safe integers is
 * none: its digits are no longer those of its source.
 */
function normaliseWhole(value: unknown, least: bigint, most: bigint): string | undefined {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined
  const text = normaliseDecimal(value)
  if (text === undefined || text.includes('.')) return undefined
  const whole = BigInt(text)
  return whole >= least && whole <= most ? text : undefined
}

/** A whole number of 32 bits as text, `undefined` for anything else. */
export function normaliseInteger(value: unknown): string | undefined {
  return normaliseWhole(value, -(2n ** 31n), 2n ** 31n - 1n)
}

/** A whole number of 64 bits as text, `undefined` for anything else. */
export function normaliseBigInteger(value: unknown): string | undefined {
  return normaliseWhole(value, -(2n ** 63n), 2n ** 63n - 1n)
}

/**
 * A number as text with so many digits after the point at most, rounded half away from zero; without zeros that say nothing.
 * `undefined` for what is no number.
 */
export function roundDecimal(value: unknown, precision: number): string | undefined {
  const match = /^\s*([+-]?)(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i.exec(
    typeof value === 'number' ||
      typeof value === 'bigint' ||
      typeof value === 'string' ||
      value instanceof ExactNumber
      ? String(value)
      : '',
  )
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent) + precision
  const digits = whole + fraction
  const point = whole.length + shift
  const kept = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0')
  const next = point < 0 ? '0' : (digits[point] ?? '0')
  const scaled = BigInt(kept) + (next >= '5' ? 1n : 0n)
  const text = scaled.toString().padStart(precision + 1, '0')
  const end = text.length - precision
  const rest = text.slice(end).replace(/0+$/, '')
  const result = rest === '' ? text.slice(0, end) : `${text.slice(0, end)}.${rest}`
  return sign === '-' && scaled !== 0n ? `-${result}` : result
}
