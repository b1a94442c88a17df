import { STATUS_CODES } from 'node:http'
import type { ServiceResponse } from '../http/service-response.js'

/** The answer to one request of a batch. */
export interface PartAnswer {
  readonly response: ServiceResponse
  /** For parts of changesets. */
  readonly contentId: string | undefined
  /** Correlation id, which failing parts carry. */
  readonly requestId: string
}

/** The answer to one item of a batch. */
export type ItemAnswer =
  | { readonly kind: 'part'; readonly answer: PartAnswer }
  | { readonly kind: 'changeset'; readonly boundary: string; readonly answers: readonly PartAnswer[] }

/** Writes the answers of a batch as the service does: CRLF throughout. */
export function formatBatchAnswer(boundary: string, items: readonly ItemAnswer[]): string {
  const parts = items.map((item) =>
    item.kind === 'part'
      ? formatPart(item.answer)
      : `Content-Type: multipart/mixed; boundary=${item.boundary}\r\n\r\n${formatParts(
          item.boundary,
          item.answers.map(formatPart),
        )}`,
  )
  return `${formatParts(boundary, parts)}\r\n`
}

function formatParts(boundary: string, parts: readonly string[]): string {
  return `${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--`
}

function formatPart({ response, contentId, requestId }: PartAnswer): string {
  const { status } = response
  const lines = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(contentId === undefined ? [] : [`Content-ID: ${contentId}`]),
    '',
    `HTTP/1.1 ${status} ${reasonOf(status)}`,
    ...headerLines(response, requestId),
    '',
    bodyText(response),
  ]
  return lines.join('\r\n')
}

// As recorded: batches do not know the name of this one.
function reasonOf(status: number): string {
  return status === 429 ? 'Unknown Status Code' : (STATUS_CODES[status] ?? 'Unknown Status Code')
}

function headerLines({ status, headers = {} }: ServiceResponse, requestId: string): string[] {
  const { 'Content-Type': type, 'OData-EntityId': address, Connection: _, ...others } = headers
  const failed = status >= 400
  return [
    ...(failed ? [`REQ_ID: ${requestId}`] : []),
    ...(type === undefined
      ? []
      : [`Content-Type: ${failed ? withoutStreaming(String(type)) : String(type)}`]),
    'OData-Version: 4.0',
    ...(address === undefined ? [] : [`Location: ${String(address)}`, `OData-EntityId: ${String(address)}`]),
    ...Object.entries(others).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((each) => `${name}: ${each}`),
    ),
  ]
}

function withoutStreaming(type: string): string {
  return type.replace('; odata.streaming=true', '')
}

function bodyText({ body }: ServiceResponse): string {
  if (body === undefined) return ''
  return typeof body === 'string' ? body : body.toString('utf8')
}
