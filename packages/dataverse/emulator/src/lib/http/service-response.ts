import type { LoggedRequest } from '../server/request-log.js'
import type { Preferences } from './preferences.js'

/** A request to the Web API, taken apart. */
export interface ParsedRequest {
  readonly method: string
  /** Path segments after `/api/data/v9.x`, percent-decoded; empty for the service document. */
  readonly segments: readonly string[]
  /** The query string as it arrived: without `?`, still percent-encoded; `''` when there is none. */
  readonly rawQuery: string
  /** Header names in lower case, repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** What the `Prefer` headers asked for. */
  readonly preferences: Preferences
  /** The body, parsed as JSON; integers beyond 2^53 are bigints. `undefined` when there is no body. */
  readonly body: unknown
  /** For links: `http://host[/organization]/api/data/v9.x`, from the request's `Host` header and its version. */
  readonly serviceRoot: string
}

/** A response before compression and transport headers. */
export interface ServiceResponse {
  readonly status: number
  /** Beside `OData-Version` and the correlation headers, which every response gets. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Buffer
  /** Rows that the request worked on, for the model of execution time. Default: 1. */
  readonly rows?: number
  /** For batches: the requests that ran. */
  readonly parts?: readonly LoggedRequest[]
}

/** What `Content-Type` JSON answers carry. */
export const jsonContentType = 'application/json; odata.metadata=minimal; odata.streaming=true'

/** A JSON response; `value` is serialised as it is. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): ServiceResponse {
  return { status, headers: { 'Content-Type': jsonContentType, ...headers }, body: JSON.stringify(value) }
}
