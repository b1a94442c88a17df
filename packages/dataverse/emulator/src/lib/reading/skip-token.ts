import { ServiceError } from '../http/service-error.js'

/** The values of one order column in the first and last row of the page before; `null` for a null. */
export interface CookieColumn {
  readonly name: string
  readonly last: string | null
  readonly first: string | null
  /** For lookups: logical name of the table that the last value points at. */
  readonly lastTable?: string | undefined
}

/** What a `$skiptoken` says. */
export interface SkipToken {
  /** The page asked for: 2 or more. */
  readonly page: number
  readonly columns: readonly CookieColumn[]
  readonly tracking: boolean
  /** Members of the emulator's own, which the service keeps elsewhere: part and watermark of a tracked read. */
  readonly extras: Readonly<Record<string, string>>
}

/** Writes a token as it stands in links: a cookie inside a cookie, the inner one encoded twice. */
export function formatSkipToken({ page, columns, tracking, extras }: SkipToken): string {
  const inner = encodeInner(innerCookie(page, columns))
  const own = Object.entries(extras).map(([name, value]) => ` ${name}="${escapeXml(value)}"`)
  const tracks = tracking ? 'True' : 'False'
  return encodeOuter(
    `<cookie pagenumber="${page}" pagingcookie="${inner}" istracking="${tracks}"${own.join('')} />`,
  )
}

/** Writes the annotation `fetchxmlpagingcookie`: the cookie inside it is encoded twice, and nothing else. */
export function formatFetchCookie(page: number, columns: readonly CookieColumn[]): string {
  const inner = encodeInner(encodeInner(innerCookie(page, columns)))
  return `<cookie pagenumber="${page}" pagingcookie="${inner}" istracking="False" />`
}

function innerCookie(page: number, columns: readonly CookieColumn[]): string {
  const elements = columns.map((column) => {
    const table = column.lastTable === undefined ? '' : ` lasttable="${column.lastTable}"`
    return `<${column.name}${attribute('last', column.last)}${attribute('first', column.first)}${table} />`
  })
  return `<cookie page="${page - 1}">${elements.join('')}</cookie>`
}

function attribute(name: string, value: string | null): string {
  return value === null ? ` ${name}null="1"` : ` ${name}="${escapeXml(value)}"`
}

function encodeInner(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())
}

// Recorded links leave `=` and `/` of the outer cookie alone.
function encodeOuter(text: string): string {
  return encodeURIComponent(text).replaceAll('%3D', '=').replaceAll('%2F', '/')
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

/**
 * Reads a token that the query string held, decoded once.
 *
 * @throws ServiceError 400 when it is not one of ours.
 */
export function parseSkipToken(text: string): SkipToken {
  const outer = /^<cookie((?: [a-z]+="[^"]*")*) ?\/>$/.exec(text)
  if (outer === null) throw malformed()
  const { pagenumber, pagingcookie, istracking, ...extras } = attributes(outer[1] ?? '')
  const inner = /^<cookie page="(\d+)">(.*)<\/cookie>$/s.exec(decodeInner(pagingcookie ?? ''))
  if (inner === null || !/^\d+$/.test(pagenumber ?? '')) throw malformed()
  const page = Number(pagenumber)
  if (page < 2 || Number(inner[1]) !== page - 1) {
    throw new ServiceError(400, '0x8004112A', 'The page number in the paging cookie is not valid.')
  }
  return { page, columns: cookieColumns(inner[2] ?? ''), tracking: istracking === 'True', extras }
}

/**
 * Reads the cookie inside, as FetchXML carries it in `paging-cookie`.
 *
 * @throws ServiceError 400 when it is not one of ours.
 */
export function parseInnerCookie(text: string): { readonly page: number; readonly columns: CookieColumn[] } {
  const inner = /^<cookie page="(\d+)">(.*)<\/cookie>$/s.exec(text)
  if (inner === null) throw malformed()
  return { page: Number(inner[1]), columns: cookieColumns(inner[2] ?? '') }
}

function malformed(): ServiceError {
  return new ServiceError(400, '0x80060888', 'Malformed XML in the Paging Cookie.')
}

function decodeInner(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw malformed()
  }
}

function cookieColumns(text: string): CookieColumn[] {
  return [...text.matchAll(/<([a-z0-9_]+)((?: [a-z]+="[^"]*")*) \/>/g)].map(([, name = '', list = '']) => {
    const found = attributes(list)
    return {
      name,
      last: found.last ?? null,
      first: found.first ?? null,
      lastTable: found.lasttable,
    }
  })
}

function attributes(text: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [, name = '', value = ''] of text.matchAll(/ ([a-z]+)="([^"]*)"/g)) {
    found[name] = unescapeXml(value)
  }
  return found
}
