import type { KeyPart } from './key-predicate.js'
import { encodeUrlText, formatODataLiteral, formatStringLiteral } from './odata-literal.js'

const simpleName = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The condition that a row has the values of a key, percent-encoded for `$filter`: `a%20eq%201`, or for several columns
 * `(a%20eq%201%20and%20b%20eq%20'x')`.
 *
 * @throws TypeError for no part, a name that is no column, or a value that cannot be written
 */
export function formatKeyCondition(parts: readonly KeyPart[]): string {
  if (parts.length === 0) throw new TypeError('a condition must name at least one column')
  const comparisons = parts.map(
    ({ name, value }) => `${checkName(name)}%20eq%20${encodeLiteral(formatODataLiteral(value))}`,
  )
  const all = comparisons.join('%20and%20')
  return comparisons.length === 1 ? all : `(${all})`
}

/**
 * The condition that a column has one of several values, percent-encoded for `$filter`:
 * `Microsoft.Dynamics.CRM.In(PropertyName='a',PropertyValues=[%22A1%22,%22A2%22])`. Numbers stand in quotes as well
 * (Microsoft Learn: In query function).
 *
 * @throws TypeError for no value, a name that is no column, or text that is not {@link isPlainListText}
 */
export function formatInCondition(property: string, values: readonly string[]): string {
  if (values.length === 0) throw new TypeError('a condition by In must name at least one value')
  const list = values.map(formatListValue).join(',')
  const name = formatStringLiteral(checkName(property))
  return `Microsoft.Dynamics.CRM.In(PropertyName=${name},PropertyValues=[${list}])`
}

/**
 * Whether text stands in the list of `In` without doubt. How quotes and backslashes have to be written inside its JSON is
 * not documented; such text is compared by `eq`.
 */
export function isPlainListText(text: string): boolean {
  return !/['"\\\p{Cc}]/u.test(text)
}

function formatListValue(value: string): string {
  if (!isPlainListText(value)) throw new TypeError(`${JSON.stringify(value)} cannot stand in the list of In`)
  return `%22${encodeUrlText(value)}%22`
}

// Quotes need no encoding in a query; everything else that is not unreserved gets it.
function encodeLiteral(literal: string): string {
  return encodeUrlText(literal).replaceAll('%27', "'")
}

function checkName(name: string): string {
  if (simpleName.test(name)) return name
  throw new TypeError(
    `a condition must hold column names such as "accountnumber", not ${JSON.stringify(name)}`,
  )
}
