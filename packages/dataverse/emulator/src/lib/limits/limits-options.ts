import { integerWithin, numberWithin, objectOf, onlyKnownMembers } from '../option-checks.js'

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
   * counts as it passes, and nothing is refused for it. A number, or a function of the clock, which is then asked with
   * every request that comes or ends and every second. Default: 16.
   */
  readonly saturation?: number | ((nowMs: number) => number) | undefined
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
  readonly saturation: number | ((nowMs: number) => number)
  readonly dopHint: (nowMs: number) => number
  readonly pushPenaltySeconds: number
  readonly concurrencyRetryAfterSeconds: number
  readonly timeScale: number
}

/**
 * Fills in the defaults.
 *
 * @throws TypeError for a member of the wrong kind or an unknown one, RangeError for a number out of its range.
 */
export function resolveLimitOptions(options: LimitsOptions): ResolvedLimits {
  onlyKnownMembers('limits', objectOf('limits', options), knownMembers)
  const { requests = 6000, executionTimeMs = 1_200_000, concurrency = 52, windowMs = 300_000 } = options
  const { servers = 1, saturation = 16, pushPenaltySeconds = 1, timeScale = 1 } = options
  const { concurrencyRetryAfterSeconds = 300, dopHint = defaultHint(saturation, concurrency) } = options
  const many = Number.MAX_SAFE_INTEGER
  for (const [name, value] of Object.entries({ requests, concurrency, servers })) {
    integerWithin(`limits.${name}`, value, 1, many)
  }
  for (const [name, value] of Object.entries({ executionTimeMs, windowMs, timeScale })) {
    moreThanNothing(`limits.${name}`, value)
  }
  for (const [name, value] of Object.entries({ pushPenaltySeconds, concurrencyRetryAfterSeconds })) {
    numberWithin(`limits.${name}`, value, 0, many)
  }
  return {
    requests,
    executionTimeMs,
    concurrency,
    windowMs,
    servers,
    cost: resolveCost(options.cost ?? {}),
    saturation: checkedNumber('limits.saturation', saturation, moreThanNothing),
    dopHint: asFunction(checkedNumber('limits.dopHint', dopHint, hintOf)),
    pushPenaltySeconds,
    concurrencyRetryAfterSeconds,
    timeScale,
  }
}

const knownMembers = Object.keys({
  requests: true,
  executionTimeMs: true,
  concurrency: true,
  windowMs: true,
  servers: true,
  cost: true,
  saturation: true,
  dopHint: true,
  pushPenaltySeconds: true,
  concurrencyRetryAfterSeconds: true,
  timeScale: true,
} satisfies Record<keyof LimitsOptions, true>)

type Changing = number | ((nowMs: number) => number)

function asFunction(value: Changing): (nowMs: number) => number {
  return typeof value === 'function' ? value : () => value
}

/** What is wrong with the results of a function shows when it is called, and then says where it comes from. */
function checkedNumber(
  name: string,
  value: Changing,
  check: (name: string, value: number) => number,
): Changing {
  return typeof value === 'function'
    ? (nowMs) => check(`${name}(${nowMs})`, value(nowMs))
    : check(name, value)
}

function defaultHint(saturation: Changing, concurrency: number): Changing {
  const hint = (carried: number): number => Math.max(1, Math.min(Math.floor(carried), concurrency))
  return typeof saturation === 'function' ? (nowMs) => hint(saturation(nowMs)) : hint(saturation)
}

function hintOf(name: string, value: number): number {
  return integerWithin(name, value, 1, Number.MAX_SAFE_INTEGER)
}

function moreThanNothing(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value
  const message = `${name} is a number of more than 0: got ${String(value)}`
  throw typeof value === 'number' ? new RangeError(message) : new TypeError(message)
}

function resolveCost(cost: NonNullable<LimitsOptions['cost']>): ResolvedLimits['cost'] {
  const many = Number.MAX_SAFE_INTEGER
  if (typeof cost === 'function') {
    return (request) =>
      numberWithin(`limits.cost() of ${request.method} ${request.url}`, cost(request), 0, many)
  }
  onlyKnownMembers('limits.cost', objectOf('limits.cost', cost), ['requestMs', 'rowMs'])
  const { requestMs = 20, rowMs = 2 } = cost
  for (const [name, value] of Object.entries({ requestMs, rowMs })) {
    numberWithin(`limits.cost.${name}`, value, 0, many)
  }
  return ({ rows }) => requestMs + rowMs * rows
}
