import { ServiceError } from '../http/service-error.js'

/** An element of an XML text. */
export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** The text between its children, without blanks around it. */
  readonly text: string
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[]
  readonly attributes: Map<string, string>
  text: string
}

const name = String.raw`[A-Za-z_][\w.-]*`
const attribute = String.raw`\s+(${name})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')`
const token = new RegExp(
  String.raw`<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<(${name})((?:${attribute.replaceAll(/\((?!\?)/g, '(?:')})*)\s*(/?)>|</(${name})\s*>|([^<]+)`,
  'y',
)

/**
 * Reads an XML text of elements, attributes and text, as queries are; it has no document type and no namespaces.
 *
 * @throws ServiceError 400 when it is not well-formed.
 */
export function parseXml(source: string): XmlElement {
  const root: OpenElement = { name: '', attributes: new Map(), children: [], text: '' }
  const open: OpenElement[] = [root]
  const pattern = new RegExp(token)
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(source)
    const parent = open.at(-1)
    if (match === null || parent === undefined) throw malformed(source, at)
    const [, opened, list = '', empty, closed, text] = match
    if (text !== undefined) parent.text += decodeEntities(text, source, at)
    else if (closed !== undefined) {
      if (parent.name !== closed || open.length === 1) throw malformed(source, at)
      open.pop()
    } else if (opened !== undefined) {
      const attributes = readAttributes(list, source, at)
      const element: OpenElement = { name: opened, attributes, children: [], text: '' }
      parent.children.push(element)
      if (empty === '') open.push(element)
    }
  }
  const [first, ...others] = root.children
  if (first === undefined || others.length > 0 || open.length > 1 || root.text.trim() !== '') {
    throw malformed(source, source.length)
  }
  return first
}

function readAttributes(list: string, source: string, at: number): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, key = '', double, single = ''] of list.matchAll(new RegExp(attribute, 'g'))) {
    if (found.has(key)) throw malformed(source, at)
    found.set(key, decodeEntities(double ?? single, source, at))
  }
  return found
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(text: string, source: string, at: number): string {
  return text.replaceAll(
    /&(?:#(\d+)|#x([\da-fA-F]+)|(\w+));|&/g,
    (_, decimal?: string, hex?: string, named?: string) => {
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
      if (code > 0 && code <= 0x10_ff_ff) return String.fromCodePoint(code)
      const character = entities[named ?? '']
      if (character === undefined) throw malformed(source, at)
      return character
    },
  )
}

function malformed(source: string, at: number): ServiceError {
  const place = source.slice(at, at + 30)
  // Code and words of the service for XML that cannot be read are not known to us.
  return new ServiceError(400, '0x80040201', `Invalid XML at position ${at}: '${place}'.`)
}
