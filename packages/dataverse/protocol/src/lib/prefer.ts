/** What a request may prefer; everything is off unless asked for. */
export interface Preferences {
  /** `odata.track-changes`: ask for a delta link at the end of the read. */
  readonly trackChanges?: boolean | undefined
  /** `odata.maxpagesize`: rows in a page, at least 1. The service caps it (5,000 for standard tables, 500 for elastic). */
  readonly maxPageSize?: number | undefined
  /** `odata.include-annotations`: `'*'` or names, each with an optional `*` at its end. */
  readonly includeAnnotations?: string | readonly string[] | undefined
  /** `return=representation`: answer a write with the row. */
  readonly returnRepresentation?: boolean | undefined
  /** `odata.continue-on-error`: run the rest of a batch after a failed part. */
  readonly continueOnError?: boolean | undefined
}

/**
 * Formats preferences as ONE `Prefer` value. Several header lines are allowed on paper, but one joined value is what
 * clients in the field send (Microsoft Learn: Compose HTTP requests and handle errors).
 *
 * @returns `undefined` when nothing is preferred, so that no empty header is sent
 * @throws RangeError when `maxPageSize` is no whole number of at least 1
 * @throws TypeError when an annotation name holds a character that would end the quoted list
 */
export function formatPrefer(preferences: Preferences): string | undefined {
  const parts: string[] = []
  if (preferences.trackChanges) parts.push('odata.track-changes')
  if (preferences.maxPageSize !== undefined) {
    parts.push(`odata.maxpagesize=${checkPageSize(preferences.maxPageSize)}`)
  }
  const annotations = formatAnnotations(preferences.includeAnnotations)
  if (annotations !== undefined) parts.push(`odata.include-annotations="${annotations}"`)
  if (preferences.returnRepresentation) parts.push('return=representation')
  if (preferences.continueOnError) parts.push('odata.continue-on-error')
  return parts.length === 0 ? undefined : parts.join(',')
}

/** What `Preference-Applied` says the service did. */
export interface AppliedPreferences {
  readonly trackChanges: boolean
  readonly maxPageSize?: number
  readonly includeAnnotations?: readonly string[]
  readonly returnRepresentation: boolean
  readonly continueOnError: boolean
}

/** Reads `Preference-Applied`, in one or several lines joined by commas. Unknown preferences are passed over. */
export function parsePreferenceApplied(value: string | undefined): AppliedPreferences {
  const applied = new Map<string, string>()
  for (const part of splitOutsideQuotes(value ?? '')) {
    const [, name, text = ''] = /^\s*([^\s=]+)\s*(?:=\s*(.*?))?\s*$/s.exec(part) ?? []
    if (name !== undefined) applied.set(name.toLowerCase(), text.replace(/^"(.*)"$/s, '$1'))
  }
  const pageSize = applied.get('odata.maxpagesize')
  const annotations = applied.get('odata.include-annotations')
  return {
    trackChanges: applied.has('odata.track-changes'),
    ...(pageSize !== undefined && /^\d+$/.test(pageSize) ? { maxPageSize: Number(pageSize) } : {}),
    ...(annotations === undefined ? {} : { includeAnnotations: splitNames(annotations) }),
    returnRepresentation: applied.get('return')?.toLowerCase() === 'representation',
    continueOnError: applied.has('odata.continue-on-error'),
  }
}

function checkPageSize(maxPageSize: number): number {
  if (Number.isSafeInteger(maxPageSize) && maxPageSize >= 1) return maxPageSize
  throw new RangeError(`maxPageSize must be a whole number of at least 1, received ${maxPageSize}`)
}

function formatAnnotations(names: string | readonly string[] | undefined): string | undefined {
  if (names === undefined) return undefined
  const list = typeof names === 'string' ? splitNames(names) : names
  for (const name of list) {
    if (!/^[\w.*@-]+$/.test(name)) {
      throw new TypeError(
        `includeAnnotations must hold names such as '*' or 'Microsoft.Dynamics.CRM.*', received ${JSON.stringify(name)}`,
      )
    }
  }
  return list.length === 0 ? undefined : list.join(',')
}

function splitNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function splitOutsideQuotes(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^",])+/g) ?? []
}
