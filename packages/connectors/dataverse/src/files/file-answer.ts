import type { DataverseResponse } from '@deltaverse/client'
import { badAnswer } from './upload-way.js'

/** What an answer tells of a file and of the part that it brings. */
export interface FileAnswer {
  /** Place of the first byte of its body. */
  readonly start: number
  /** Size of the whole file; absent where the service does not say it. */
  readonly total: number | undefined
  readonly name: string | undefined
  readonly mimeType: string | undefined
  readonly etag: string | undefined
}

/**
 * Reads the headers of an answer to a request for bytes from some place on.
 *
 * @throws DataverseError `bad-response` for a part that was not asked for
 */
export function readFileAnswer({ status, headers, url }: DataverseResponse, askedFrom: number): FileAnswer {
  const told = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headers['content-range'] ?? '')
  const size = headers['x-ms-file-size'] ?? (told?.[3] === '*' ? undefined : told?.[3])
  const whole = status === 200 ? headers['content-length'] : undefined
  const start = status === 200 ? 0 : Number(told?.[1] ?? askedFrom)
  if (start !== (status === 200 ? 0 : askedFrom)) {
    throw badAnswer(url, `bytes from ${askedFrom} on were asked for, and it brings those from ${start} on`)
  }
  return {
    start,
    total: toSize(size ?? whole),
    name: nameIn(headers['content-disposition']) ?? headers['x-ms-file-name'],
    mimeType: headers.mimetype,
    etag: headers.etag,
  }
}

function toSize(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** The name as RFC 6266 writes it where it holds more than ASCII, which the header of its own leaves open. */
function nameIn(disposition: string | undefined): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
