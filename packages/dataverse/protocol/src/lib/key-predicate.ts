import { encodeUrlText, formatODataLiteral, type ODataLiteral } from './odata-literal.js'

/** One column of a key predicate under its name on the wire; lookups as `_primarycontactid_value`. */
export interface KeyPart {
  readonly name: string
  readonly value: ODataLiteral
}

const simpleName = /^[A-Za-z_][A-Za-z0-9_]*$/
const unaddressable = /[/<>*%&:\\?+#\p{Cc}]/u

/**
 * The first character of a key value that the service cannot take in an address, or `undefined` when there is none: rows
 * with such values are found by `$filter` instead (Microsoft Learn: Define alternate keys, lists `/ < > * % & : \ ? +`;
 * `#` and control characters were seen to fail in the field).
 */
export function findUnaddressableCharacter(text: string): string | undefined {
  return unaddressable.exec(text)?.[0]
}

/**
 * The key predicate of an address in a URL, percent-encoded: `(accountnumber='A%201')`, `(accountid=…)`.
 *
 * @throws TypeError for no part, a name that is no column, or a value that cannot be written
 */
export function formatKeyPredicate(parts: readonly KeyPart[]): string {
  return format(parts, formatUrlLiteral)
}

function formatUrlLiteral(value: ODataLiteral): string {
  if (value.kind !== 'text') return encodeUrlText(formatODataLiteral(value))
  const { text } = value
  if (!text.includes("'")) return `'${encodeUrlText(text)}'`
  return `'${encodeUrlText(text.replaceAll("'", "''")).replaceAll('%27', "'")}'`
}

/**
 * The key predicate of a reference inside a body (`@odata.bind`, `@odata.id`). Not percent-encoded, because the service
 * was seen not to decode references in bodies.
 *
 * @throws TypeError for no part, a name that is no column, or a value that cannot be written
 */
export function formatBodyKeyPredicate(parts: readonly KeyPart[]): string {
  return format(parts, formatODataLiteral)
}

function format(parts: readonly KeyPart[], literal: (value: ODataLiteral) => string): string {
  if (parts.length === 0) throw new TypeError('a key predicate must name at least one column')
  let text = ''
  for (const { name, value } of parts) {
    if (!simpleName.test(name)) {
      throw new TypeError(
        `a key predicate must hold column names such as "accountnumber", not ${JSON.stringify(name)}`,
      )
    }
    text += `${text === '' ? '(' : ','}${name}=${literal(value)}`
  }
  return `${text})`
}

/**
 * What an `@odata.bind` or `@odata.id` holds: `contacts(emailaddress1='a@b.c')` or `contacts(<guid>)`.
 *
 * @throws TypeError for an entity set or column that is no name
 */
export function formatRowReference(entitySet: string, key: string | readonly KeyPart[]): string {
  return `${checkEntitySet(entitySet)}${typeof key === 'string' ? formatId(key) : formatBodyKeyPredicate(key)}`
}

/**
 * A row's address relative to the service root, percent-encoded: `contacts(emailaddress1='a%40b.c')`.
 *
 * @throws TypeError for an entity set or column that is no name
 */
export function formatRowPath(entitySet: string, key: string | readonly KeyPart[]): string {
  return `${checkEntitySet(entitySet)}${typeof key === 'string' ? formatId(key) : formatKeyPredicate(key)}`
}

function checkEntitySet(entitySet: string): string {
  if (simpleName.test(entitySet)) return entitySet
  throw new TypeError(`entitySet must be a name such as "contacts", not ${JSON.stringify(entitySet)}`)
}

function formatId(id: string): string {
  return `(${formatODataLiteral({ kind: 'bare', text: id })})`
}

/** What {@link parseRowReference} reads: a GUID, or the parts of an alternate key. */
export interface RowReference {
  readonly entitySet: string
  readonly key: string | readonly KeyPart[]
}

const part = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?:'((?:[^']|'')*)'|([^',()=\s]+))\s*(,|$)/y

/**
 * Reads `contacts(emailaddress1='a@b.c')` as it stands in a body, or, percent-decoded first, in `OData-EntityId`.
 *
 * @returns `undefined` for text that is no such reference
 */
export function parseRowReference(
  text: string,
  options: { readonly percentEncoded?: boolean | undefined } = {},
): RowReference | undefined {
  const tail = /(?:^|\/)([A-Za-z_][A-Za-z0-9_]*)\((.*)\)$/s.exec(text)
  if (tail === null) return undefined
  const [, entitySet = '', encoded = ''] = tail
  const inner = options.percentEncoded ? decode(encoded) : encoded
  if (inner === undefined) return undefined
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(inner)) return { entitySet, key: inner }
  const parts = parseParts(inner)
  return parts === undefined ? undefined : { entitySet, key: parts }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function parseParts(text: string): KeyPart[] | undefined {
  const parts: KeyPart[] = []
  const pattern = new RegExp(part)
  let closed = false
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) return undefined
    const [, name = '', quoted, bare = '', end] = match
    parts.push({
      name,
      value:
        quoted === undefined
          ? { kind: 'bare', text: bare }
          : { kind: 'text', text: quoted.replaceAll("''", "'") },
    })
    closed = end === ''
  }
  return closed ? parts : undefined
}
