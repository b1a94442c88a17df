import { DataverseError } from '@deltaverse/core'

/** The table that a query is of. @throws TypeError for what is no FetchXML */
export function tableOfFetchXml(fetchXml: string): string {
  const name = /<entity\b[^>]*?\bname\s*=\s*(["'])([A-Za-z_][A-Za-z0-9_]*)\1/.exec(fetchXml)?.[2]
  if (!/<fetch\b/.test(fetchXml) || name === undefined) {
    throw new TypeError('fetchXml must be <fetch> with an <entity name="…"> in it')
  }
  return name
}

/** Where a query of several pages is. */
export interface FetchPage {
  /** From 1. */
  readonly page: number
  /** As the answer before had it; absent for the first page, and where the service gives none. */
  readonly pagingCookie?: string | undefined
}

/** Rows in a page where the query does not say: as many as the service takes. */
const rowsInPage = 5_000

/** Whether a query asks for its first rows alone, which knows no pages. */
export function isTopOnly(fetchXml: string): boolean {
  return /<fetch\b[^>]*?\btop\s*=/.test(fetchXml)
}

/**
 * The query for one page: its number, its size and the cookie of the answer before stand in the `fetch` element.
 *
 * @param count rows in a page. Default: what the query says, or 5,000
 *
 * Source: Microsoft Learn, "Page results using FetchXml".
 */
export function fetchXmlOfPage(fetchXml: string, { page, pagingCookie }: FetchPage, count?: number): string {
  if (isTopOnly(fetchXml)) return fetchXml
  return fetchXml.replace(/<fetch\b([^>]*?)(\/?)>/, (_, attributes: string, end: string) => {
    const said = /\bcount\s*=\s*(["'])(\d+)\1/.exec(attributes)?.[2]
    const rest = attributes.replace(/\s*\b(?:page|paging-cookie|count)\s*=\s*(["']).*?\1/g, '').trimEnd()
    const cookie = pagingCookie === undefined ? '' : ` paging-cookie="${escapeXml(pagingCookie)}"`
    return `<fetch${rest} count="${count ?? said ?? rowsInPage}" page="${page}"${cookie}${end}>`
  })
}

/**
 * The cookie for the next request: in the answer it stands in an attribute of an element, percent-encoded twice.
 *
 * @throws DataverseError `bad-response` for an annotation without one
 */
export function readPagingCookie(annotation: string): string {
  const encoded = /\bpagingcookie\s*=\s*(["'])(.*?)\1/.exec(annotation)?.[2]
  try {
    if (encoded !== undefined) return decodeURIComponent(decodeURIComponent(encoded))
  } catch {
    // Told below.
  }
  throw new DataverseError('a page of a FetchXML query came with a paging cookie that cannot be read', {
    code: 'bad-response',
  })
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The columns of its table that a query names: `all`, or `unknown` where other tables bring some, or it sums up. */
export function selectOfFetchXml(fetchXml: string): readonly string[] | 'all' | 'unknown' {
  const inLinks = /<link-entity\b(?:(?!<\/link-entity>)[\s\S])*<(?:attribute|all-attributes)\b/.test(fetchXml)
  if (inLinks || /\baggregate\s*=|<attribute\b[^>]*\balias\s*=/.test(fetchXml)) return 'unknown'
  const names = [...fetchXml.matchAll(/<attribute\b[^>]*?\bname\s*=\s*(["'])(\w+)\1/g)].map(
    ([, , name = '']) => name,
  )
  return names.length === 0 || fetchXml.includes('<all-attributes') ? 'all' : names
}
