/** Headers by name in lower case; several lines of one name are joined by `, `. Cookies are left out. */
export type ResponseHeaders = Readonly<Record<string, string>>

/** An answer of the service. Read its body, or `discard()` it: until then its connection serves nobody else. */
export interface DataverseResponse {
  readonly status: number
  readonly headers: ResponseHeaders
  /** Address that was asked. */
  readonly url: string
  /** `x-ms-service-request-id`, which Microsoft's support asks for. */
  readonly requestId?: string | undefined
  /** From the sending of this attempt to its headers, in milliseconds: the service's time and the way there and back. */
  readonly elapsedMs?: number | undefined
  /**
   * How often the request may have been carried out, this answer included. Above 1 an earlier attempt's answer was lost or
   * an error: its effect may be there. Attempts that were refused with a 429 or never left are not in it.
   */
  readonly attempts?: number | undefined
  /**
   * The body, inflated, in chunks of up to 256 kB. Can be read once. Backpressure reaches the socket; leaving the loop
   * closes it. A body that ends early is a retryable `no-response` error, never a short body.
   */
  readonly body: AsyncIterable<Buffer>
  /** Bytes of the body that came over the wire so far, before they were inflated. */
  bytesReceived(): number
  /** Reads the body as JSON. @throws DataverseError `bad-response` when it is none */
  json(): Promise<unknown>
  /** Reads the whole body, inflated, into memory. */
  bytes(): Promise<Buffer>
  /** Reads the body as UTF-8 text. */
  text(): Promise<string>
  /** Drops the rest of the body: a short rest is read away so that the connection can be used again, else it is closed. */
  discard(): Promise<void>
}
