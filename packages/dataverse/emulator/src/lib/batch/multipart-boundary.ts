/** The boundary that a `Content-Type` of `multipart/mixed` names, with or without quotes; else `undefined`. */
export function parseBoundary(contentType: string | undefined): string | undefined {
  if (contentType === undefined || !/^\s*multipart\/mixed\b/i.test(contentType)) return undefined
  const match = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}
