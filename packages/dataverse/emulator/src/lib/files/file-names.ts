const mimeTypes: Readonly<Record<string, string>> = {
  bmp: 'image/bmp',
  csv: 'text/csv',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  pdf: 'application/pdf',
  png: 'image/png',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  txt: 'text/plain',
  xml: 'text/xml',
  zip: 'application/zip',
}

/** The MIME type that a file's name tells. */
export function mimeTypeOf(fileName: string): string {
  const extension = /\.(\w+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''
  return mimeTypes[extension] ?? 'application/octet-stream'
}

/** The header that names a download; seen by a public client, which tells files by it. */
export function contentDisposition(name: string | undefined): string {
  if (name === undefined) return 'attachment'
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\]/g, '_')
  return plain === name
    ? `attachment; filename="${name}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`
}

/** A name as a header can carry it: percent-encoded where it holds more than ASCII. How the service writes it is not documented. */
export function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]+/g, (part) => encodeURIComponent(part))
}
