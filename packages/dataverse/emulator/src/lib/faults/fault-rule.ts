/** Which requests a fault is for. */
export interface FaultMatch {
  /** The method, such as `PATCH`. Default: any. */
  readonly method?: string | undefined
  /** Part of the URL's path and query as they arrive (still percent-encoded), or a pattern for it. Default: any. */
  readonly url?: string | RegExp | undefined
  /** Only parts of a `$batch` (`true`), or only requests of their own (`false`). Default: either. */
  readonly inBatch?: boolean | undefined
}

/** What happens to the response's body on its way. */
export interface BodyCut {
  /** Bytes of the body that still arrive, counted as sent: of a compressed body, compressed bytes. */
  readonly afterBytes: number
  /**
   * How the response then ends: the connection is reset; it is closed in good order, short of `Content-Length`; or the
   * response ends as if it were complete. Default: `reset`.
   */
  readonly how?: 'reset' | 'close' | 'complete' | undefined
}

/** What goes wrong. Several can be combined, such as latency before an error. */
export interface FaultAction {
  /** Wait before the request has any effect, through the `wait` option. */
  readonly latencyMs?: number | undefined
  /** Ends the life of all delta tokens before the request is looked at. */
  readonly expireTokens?: boolean | undefined
  /** Answer with this status, without any effect. 401 brings its `WWW-Authenticate` header. */
  readonly status?: number | undefined
  /** Whether the request has its effect although it is answered with `status`. Default: `false`. */
  readonly afterEffect?: boolean | undefined
  /** Service code of that answer. Default: one that fits the status. */
  readonly code?: string | undefined
  readonly message?: string | undefined
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Shape of the answer's body: the usual error object, the flat object of throttled batches, or the HTML page of a
   * gateway. Default: `json`.
   */
  readonly body?: 'json' | 'flat' | 'html' | undefined
  /** Reset the connection before the request has its effect, or after it and before any answer. */
  readonly drop?: 'before-effect' | 'after-effect' | undefined
  readonly cutBody?: BodyCut | undefined
  /** Send the body in pieces with a wait between them. */
  readonly slowBody?: { readonly chunkBytes: number; readonly delayMs: number } | undefined
}

/** One fault: for which requests, for how many of them, and what happens. */
export interface FaultRule extends FaultMatch, FaultAction {
  /** Only from the n-th matching request on, counted from 1. Default: 1. */
  readonly nth?: number | undefined
  /** How many requests it hits. Default: 1 for `faults.next()`, without limit for `faults.add()`. */
  readonly times?: number | undefined
}

/**
 * The script of faults.
 *
 * @throws TypeError or RangeError, when the rule is given, for one that cannot be; it names the member.
 */
export interface Faults {
  /** The next matching request goes wrong. Several calls queue up. */
  next(rule: FaultRule): void
  /** Every matching request goes wrong, within `nth` and `times`. */
  add(rule: FaultRule): void
  clear(): void
}
