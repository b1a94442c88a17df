/** What a request costs, as the cost model sees it. */
export interface CostedRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** Rows that it worked on: parts of a batch, targets of a bulk message; else 1. */
  readonly rows: number
  /** When it came, in milliseconds of the clock. */
  readonly atMs: number
}

/**
 * Service protection limits. Source of the numbers: Microsoft Learn, "Service protection API limits"; where it says
 * nothing the option does.
 */
export interface LimitsOptions {
  /** Requests of a user in a window, on each web server. Default: 6000. */
  readonly requests?: number | undefined
  /** Execution time of a user in a window in milliseconds, on each web server. Default: 1,200,000 (20 minutes). */
  readonly executionTimeMs?: number | undefined
  /** Requests of a user at the same time, on each web server. Default: 52. */
  readonly concurrency?: number | undefined
  /** Length of the sliding window in milliseconds. Default: 300,000. */
  readonly windowMs?: number | undefined
  /** Web servers that share the load in turn; the cookie `ARRAffinity` stays with one. Default: 1. */
  readonly servers?: number | undefined
  /**
   * Execution time in milliseconds of a request that has the server to itself: so much for the request and so much for
   * each row, or a function. Default: 20 and 2.
   */
  readonly cost?:
    | { readonly requestMs?: number | undefined; readonly rowMs?: number | undefined }
    | ((request: CostedRequest) => number)
    | undefined
  /**
   * Requests that a web server works on at full speed. Beyond it they share: everything becomes slower, execution time
   * counts as it passes, and nothing is refused for it. Default: 16.
   */
  readonly saturation?: number | undefined
  /** What `x-ms-dop-hint` recommends, or a function of the clock. Default: `saturation`, and `concurrency` at most. */
  readonly dopHint?: number | ((nowMs: number) => number) | undefined
  /** Seconds that `Retry-After` grows by for each request sent before it is over; not documented. Default: 1. */
  readonly pushPenaltySeconds?: number | undefined
  /**
   * `Retry-After` of a request refused for concurrency. The service says minutes, though the next request may be
   * admitted, as was seen in the field. Default: 300.
   */
  readonly concurrencyRetryAfterSeconds?: number | undefined
  /** How many times faster than real time the model runs. Default: 1. */
  readonly timeScale?: number | undefined
}

/** {@link LimitsOptions} with its defaults. */
export interface ResolvedLimits {
  readonly requests: number
  readonly executionTimeMs: number
  readonly concurrency: number
  readonly windowMs: number
  readonly servers: number
  readonly cost: (request: CostedRequest) => number
  readonly saturation: number
  readonly dopHint: (nowMs: number) => number
  readonly pushPenaltySeconds: number
  readonly concurrencyRetryAfterSeconds: number
  readonly timeScale: number
}

/**
 * Fills in the defaults.
 *
 * @throws RangeError for a number out of its range.
 */
export function resolveLimitOptions(options: LimitsOptions): ResolvedLimits {
  const { requests = 6000, executionTimeMs = 1_200_000, concurrency = 52, windowMs = 300_000 } = options
  const { servers = 1, saturation = 16, pushPenaltySeconds = 1, timeScale = 1 } = options
  const { concurrencyRetryAfterSeconds = 300, dopHint = Math.min(saturation, concurrency) } = options
  for (const [name, value] of Object.entries({ requests, concurrency, servers })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`limits.${name} is a whole number of 1 or more: got ${value}`)
    }
  }
  for (const [name, value] of Object.entries({ executionTimeMs, windowMs, saturation, timeScale })) {
    if (!(value > 0)) throw new RangeError(`limits.${name} is more than 0: got ${value}`)
  }
  for (const [name, value] of Object.entries({ pushPenaltySeconds, concurrencyRetryAfterSeconds })) {
    if (!(value >= 0)) throw new RangeError(`limits.${name} is 0 or more: got ${value}`)
  }
  return {
    requests,
    executionTimeMs,
    concurrency,
    windowMs,
    servers,
    cost: resolveCost(options.cost ?? {}),
    saturation,
    dopHint: typeof dopHint === 'function' ? dopHint : () => dopHint,
    pushPenaltySeconds,
    concurrencyRetryAfterSeconds,
    timeScale,
  }
}

function resolveCost(cost: NonNullable<LimitsOptions['cost']>): ResolvedLimits['cost'] {
  if (typeof cost === 'function') return cost
  const { requestMs = 20, rowMs = 2 } = cost
  for (const [name, value] of Object.entries({ requestMs, rowMs })) {
    if (!(value >= 0)) throw new RangeError(`limits.cost.${name} is 0 or more: got ${value}`)
  }
  return ({ rows }) => requestMs + rowMs * rows
}
