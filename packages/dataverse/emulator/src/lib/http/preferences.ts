/** What a request's `Prefer` headers ask for. */
export interface Preferences {
  readonly trackChanges: boolean
  readonly maxPageSize: number | undefined
  /** The list inside `odata.include-annotations`, split at its commas; empty when not asked for. */
  readonly includeAnnotations: readonly string[]
  readonly returnRepresentation: boolean
  readonly continueOnError: boolean
}

const preference = /([^=,;\s"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,;\s]*)))?/g

/** Reads a `Prefer` header; several header lines arrive joined by commas. Unknown preferences are ignored. */
export function parsePreferences(header: string | undefined): Preferences {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, bare] of (header ?? '').matchAll(preference)) {
    found.set(name.toLowerCase(), quoted ?? bare ?? '')
  }
  const pageSize = Number(found.get('odata.maxpagesize') ?? Number.NaN)
  const annotations = found.get('odata.include-annotations') ?? ''
  return {
    trackChanges: found.has('odata.track-changes'),
    maxPageSize: Number.isInteger(pageSize) && pageSize > 0 ? pageSize : undefined,
    includeAnnotations: annotations
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    returnRepresentation: found.get('return') === 'representation',
    continueOnError: found.has('odata.continue-on-error'),
  }
}

/** Whether `include-annotations` names an annotation, by `*`, by a prefix ending in `*`, or in full. */
export function includesAnnotation(preferences: Preferences, annotation: string): boolean {
  return preferences.includeAnnotations.some((pattern) =>
    pattern.endsWith('*') ? annotation.startsWith(pattern.slice(0, -1)) : pattern === annotation,
  )
}
