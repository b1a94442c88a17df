import type { DataverseResponse } from './response.js'

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** A request as the caller writes it. */
export interface DataverseRequest {
  readonly method: HttpMethod
  /**
   * Relative to the service root (`contacts?$select=fullname`), or, starting with `/`, path and query at the client's
   * origin, sent byte for byte: this is how next and delta links are followed (see `linkToPath`).
   */
  readonly path: string
  /** Added to the client's own headers; a name given here wins over the client's. `Authorization` is refused. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Text and bytes go out as they are, anything else as JSON. `Content-Type` is `application/json` unless given. */
  readonly body?: string | Uint8Array | object | undefined
  /**
   * Whether sending it twice does no more than sending it once, so that it may be sent again when nobody knows what
   * became of it. Default: `true`, but for POST `false`.
   */
  readonly repeatable?: boolean | undefined
  /** Statuses that are an answer rather than an error, besides 200 to 299. Such as 304 or 412. */
  readonly acceptStatus?: readonly number[] | undefined
  /**
   * How many rows it writes, so that the governor does not take a large request for a slow one. Default: guessed by the
   * length of the body.
   */
  readonly rows?: number | undefined
  /**
   * Reads the whole body into memory before the request counts as answered, so that a body that ends early is repeated
   * like any other failure. For bodies known to be small. Default: `false`, the body is streamed.
   */
  readonly buffered?: boolean | undefined
}

/** A request on its way through the interceptors. */
export interface OutgoingRequest extends DataverseRequest {
  /** Names in lower case. Holds no token: that is added behind the last interceptor. */
  readonly headers: Readonly<Record<string, string>>
  /** Full address, for logs. Where the request goes is decided by `path`. */
  readonly url: string
  readonly signal?: AbortSignal | undefined
}

export type RequestHandler = (request: OutgoingRequest) => Promise<DataverseResponse>

/**
 * A function around the sending of one logical request, retries included: it may look at or replace the request, call
 * `next` or not, look at or replace the response or the error.
 */
export type Interceptor = (next: RequestHandler) => RequestHandler
