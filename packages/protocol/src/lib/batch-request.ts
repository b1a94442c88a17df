/** One request inside a batch. */
export interface BatchPart {
  readonly method: string
  /** Path and query from the root of the host: `/api/data/v9.2/accounts(…)`; or `$1…` inside a changeset. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** JSON; `Content-Type: application/json` is added. */
  readonly body?: string | undefined
}

/** Parts that are written all or none. They get the `Content-ID`s that follow those of the parts before. */
export interface BatchChangeset {
  readonly changeset: readonly BatchPart[]
}

/** A batch as it is sent. */
export interface BatchRequest {
  /** Value of `Content-Type`, with the boundary. */
  readonly contentType: string
  readonly body: Buffer
}

/** Requests that one batch may hold (Microsoft Learn: Execute batch operations using the Web API). */
export const maxBatchParts = 1_000

const lineEnd = '\r\n'
const token = /^[A-Za-z0-9_.-]{1,60}$/
const partHead = `Content-Type: application/http${lineEnd}Content-Transfer-Encoding: binary${lineEnd}`

/**
 * Formats a `$batch`. Every line ends with CRLF, the last one as well: with anything else the service answers that the
 * stream of the last part was not readable (seen in the field).
 *
 * @throws RangeError for no part or more than 1,000
 * @throws TypeError for a boundary, method, path or header that would break the text, or a changeset that holds a GET
 */
export function formatBatchRequest(
  items: readonly (BatchPart | BatchChangeset)[],
  options: { readonly boundary: string },
): BatchRequest {
  const { boundary } = options
  if (!token.test(boundary)) {
    throw new TypeError(
      `boundary must be 1 to 60 letters, digits and _.-, received ${JSON.stringify(boundary)}`,
    )
  }
  const count = items.reduce((sum, item) => sum + ('changeset' in item ? item.changeset.length : 1), 0)
  if (count < 1 || count > maxBatchParts) {
    throw new RangeError(`a batch must hold 1 to ${maxBatchParts} requests, received ${count}`)
  }
  let contentId = 0
  const texts: string[] = []
  for (const item of items) {
    texts.push(`--${boundary}${lineEnd}`)
    if (!('changeset' in item)) {
      texts.push(partHead, lineEnd, formatPart(item))
      continue
    }
    const inner = `${boundary}_c${contentId}`
    texts.push(`Content-Type: multipart/mixed; boundary="${inner}"${lineEnd}${lineEnd}`)
    for (const part of item.changeset) {
      if (part.method === 'GET') throw new TypeError('a changeset cannot hold a GET')
      contentId += 1
      texts.push(
        `--${inner}${lineEnd}`,
        partHead,
        `Content-ID: ${contentId}${lineEnd}${lineEnd}`,
        formatPart(part),
      )
    }
    texts.push(`--${inner}--${lineEnd}`)
  }
  texts.push(`--${boundary}--${lineEnd}${lineEnd}`)
  return { contentType: `multipart/mixed; boundary="${boundary}"`, body: Buffer.from(texts.join('')) }
}

function formatPart({ method, path, headers = {}, body }: BatchPart): string {
  if (!/^[A-Z]+$/.test(method))
    throw new TypeError(`method must be a word in capitals, received ${JSON.stringify(method)}`)
  if (!/^[/$][\x21-\x7e]*$/.test(path)) {
    throw new TypeError(
      `a path in a batch must start with '/' or '$' and hold visible ASCII only, received ${JSON.stringify(path.slice(0, 200))}`,
    )
  }
  const lines = [`${method} ${path} HTTP/1.1`]
  for (const [name, value] of Object.entries(headers)) lines.push(formatHeader(name, value))
  if (body !== undefined) lines.push('Content-Type: application/json')
  else if (method === 'GET') lines.push('Accept: application/json')
  // A part without a body ends with two empty lines; without the second one the service reads on into the boundary.
  return `${lines.join(lineEnd)}${lineEnd}${lineEnd}${body ?? ''}${lineEnd}`
}

function formatHeader(name: string, value: string): string {
  if (/^[A-Za-z0-9_.-]+$/.test(name) && !/[^\t\x20-\x7e]/.test(value)) return `${name}: ${value}`
  throw new TypeError(`the header ${JSON.stringify(name)} cannot be written in a batch`)
}
