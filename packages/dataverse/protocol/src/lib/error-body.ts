/** An error body of the service, whatever its shape was. */
export interface ErrorBody {
  /**
   * The service's own code in lower case (`0x80060891`). `undefined` when there was none or an empty one; `0x0`, which
   * the OData parser of the service sends, is kept.
   */
  readonly serviceCode: string | undefined
  /** What the service said; empty when it said nothing readable. */
  readonly message: string
  /** Sent by on-premises servers and by the online service before autumn 2020. */
  readonly innerError?: InnerError
  /** Members whose names start with `@`, by full name: only sent when annotations were asked for. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface InnerError {
  readonly message?: string
  readonly type?: string
  readonly stackTrace?: string
}

/**
 * Reads an error body: `{"error":{"code","message"}}`, the flat `{"Message","ErrorCode",…}` of refused batches and of
 * throttled batch parts, and whatever gateways in between send (HTML, plain text, nothing). Never throws.
 *
 * The first shape is documented (Microsoft Learn: Compose HTTP requests and handle errors), the flat one was observed
 * in the field.
 */
export function parseErrorBody(text: string, contentType?: string): ErrorBody {
  const trimmed = text.replace(/^\uFEFF/, '').trim()
  const json = trimmed.startsWith('{') ? parseObject(trimmed) : undefined
  if (json === undefined) {
    return { serviceCode: undefined, message: readableText(trimmed, contentType), annotations: {} }
  }
  return isObject(json.error) ? readError(json.error) : readFlat(json)
}

/**
 * A service code as text in lower case with eight digits: takes `0x8006088A`, the signed decimal `-2147204784` that
 * SQL messages and on-premises servers use, or that number itself.
 */
export function normaliseServiceCode(code: unknown): string | undefined {
  if (typeof code === 'number') return Number.isInteger(code) ? toHex(code) : undefined
  if (typeof code !== 'string') return undefined
  const text = code.trim().toLowerCase()
  if (text === '') return undefined
  return /^-?\d{5,10}$/.test(text) ? toHex(Number(text)) : text
}

function readError(error: Record<string, unknown>): ErrorBody {
  const innerError = readInnerError(error.innererror ?? error.innerError)
  return {
    serviceCode: normaliseServiceCode(error.code),
    message: messageText(error.message),
    ...(innerError === undefined ? {} : { innerError }),
    annotations: readAnnotations(error),
  }
}

function readFlat(body: Record<string, unknown>): ErrorBody {
  const message = text(body.Message) ?? text(body.message) ?? ''
  const detail = text(body.ExceptionMessage)
  const type = text(body.ExceptionType)
  const stackTrace = text(body.StackTrace)
  const innerError = {
    ...(detail === undefined ? {} : { message: detail }),
    ...(type === undefined ? {} : { type }),
    ...(stackTrace === undefined ? {} : { stackTrace }),
  }
  return {
    serviceCode: normaliseServiceCode(body.ErrorCode ?? body.code),
    // "An error has occurred." stands in `Message` when only `ExceptionMessage` says what happened.
    message: detail !== undefined && !message.includes(detail) ? joinSentences(message, detail) : message,
    ...(Object.keys(innerError).length === 0 ? {} : { innerError }),
    annotations: readAnnotations(body),
  }
}

function readInnerError(value: unknown): InnerError | undefined {
  if (!isObject(value)) return undefined
  const message = text(value.message)
  const type = text(value.type)
  const stackTrace = text(value.stacktrace) ?? text(value.stackTrace)
  return {
    ...(message === undefined ? {} : { message }),
    ...(type === undefined ? {} : { type }),
    ...(stackTrace === undefined ? {} : { stackTrace }),
  }
}

function readAnnotations(error: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(error).filter(([name]) => name.startsWith('@'))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

/** OData 3 wrapped the message: `{"lang":"en-US","value":"…"}`. */
function messageText(message: unknown): string {
  if (isObject(message)) return text(message.value) ?? ''
  return text(message) ?? ''
}

function readableText(body: string, contentType: string | undefined): string {
  const isHtml = /html/i.test(contentType ?? '') || /^<(?:!doctype|html|head|body)/i.test(body)
  if (!isHtml) return shorten(body)
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]?.trim()
  if (title !== undefined && title !== '') return shorten(title)
  return shorten(body.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' '))
}

function shorten(body: string): string {
  const flat = body.replace(/\s+/g, ' ').trim()
  return flat.length > 500 ? `${flat.slice(0, 500)}…` : flat
}

function joinSentences(first: string, second: string): string {
  if (first === '') return second
  return /[.!?]$/.test(first) ? `${first} ${second}` : `${first}: ${second}`
}

function toHex(code: number): string {
  return code === 0 ? '0x0' : `0x${(code >>> 0).toString(16).padStart(8, '0')}`
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
