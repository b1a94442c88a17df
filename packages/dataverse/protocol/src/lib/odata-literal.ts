/** A value as OData writes it: text goes between quotes, everything else stands bare. */
export type ODataLiteral =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bare'; readonly text: string }

const bareShape =
  /^(?:null|true|false|-?\d+(?:\.\d+)?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d))?)$/i

/** Text as an OData string literal: in single quotes, each quote inside doubled. */
export function formatStringLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * A literal as it stands in a filter or a key predicate, not yet percent-encoded.
 *
 * @throws TypeError for bare text that is no number, date, GUID, boolean or null: nothing gets into a filter by this way
 */
export function formatODataLiteral(literal: ODataLiteral): string {
  if (literal.kind === 'text') return formatStringLiteral(literal.text)
  if (bareShape.test(literal.text)) return literal.text
  throw new TypeError(
    `a literal without quotes must be a number, date, GUID, true, false or null, received ${JSON.stringify(literal.text)}`,
  )
}

/** Whether text is a GUID as the service writes it, in any case. */
export function isGuidText(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
}

const unreserved = /^[\w.~-]*$/
const ascii = /^[\0-\x7f]*$/

/** Whether text can be sent at all: half of a surrogate pair has no UTF-8 form. */
export function isSendableText(text: string): boolean {
  return (
    ascii.test(text) || !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)
  )
}

/**
 * Percent-encodes everything outside RFC 3986's unreserved characters. For a value in a path segment or a query option.
 *
 * @throws TypeError for text that holds half a surrogate pair
 */
export function encodeUrlText(text: string): string {
  if (unreserved.test(text)) return text
  if (!isSendableText(text)) throw new TypeError('text with half a surrogate pair cannot be sent')
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
