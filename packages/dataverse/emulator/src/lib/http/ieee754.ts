import { jsonContentType, type ParsedRequest } from './service-response.js'

/**
 * Whether a media type, of `Content-Type` or `Accept`, has the parameter `IEEE754Compatible=true`: decimals and 64-bit
 * integers are texts then, and only then (OData JSON Format 4.0; Microsoft's OData library, `ReadPrimitiveValue`, refuses
 * both other combinations).
 */
export function hasTextNumbers(mediaType: string | undefined): boolean {
  return mediaType !== undefined && /;\s*IEEE754Compatible\s*=\s*true\s*(?:[;,]|$)/i.test(mediaType)
}

/** Whether the answer to a request holds decimals and 64-bit integers as text. */
export function wantsTextNumbers({ headers }: Pick<ParsedRequest, 'headers'>): boolean {
  return hasTextNumbers(headers.accept)
}

/** What `Content-Type` the JSON answer to a request carries that holds numbers of rows. */
export function rowContentType(request: Pick<ParsedRequest, 'headers'>): string {
  return wantsTextNumbers(request) ? `${jsonContentType}; IEEE754Compatible=true` : jsonContentType
}
