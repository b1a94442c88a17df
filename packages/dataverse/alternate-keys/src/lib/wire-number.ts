/** A decimal number in its shortest form: no plus, no zeros that say nothing. `undefined` for what is no number. */
export function normaliseDecimal(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value)
  const text = typeof value === 'number' ? expandExponent(value) : value
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

/** A whole number of 32 bits as text, `undefined` for anything else. */
export function normaliseInteger(value: unknown): string | undefined {
  const text = normaliseDecimal(value)
  if (text === undefined || text.includes('.')) return undefined
  const number = Number(text)
  return number >= -2_147_483_648 && number <= 2_147_483_647 ? text : undefined
}
