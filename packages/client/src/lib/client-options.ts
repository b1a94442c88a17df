import { parseServiceRoot, type ServiceRoot } from '@deltaverse/protocol'
import type { Dispatcher } from 'undici'
import { type Clock, systemClock } from './clock.js'
import type { Interceptor } from './request.js'
import { type ResolvedRetryOptions, type RetryOptions, resolveRetryOptions } from './retry-options.js'
import { builtInRetryRules } from './retry-rules.js'
import { assertSecureUrl } from './secure-url.js'
import type { TokenCredential } from './token-credential.js'

export interface ClientOptions {
  /**
   * URL of the environment, `https://contoso.crm4.dynamics.com`, or on-premises with the organisation,
   * `https://host/org`. A trailing slash and `/api/data/v9.2` are accepted.
   */
  readonly url: string
  /** Gets the tokens. At most one of `credential` and `token`; with neither, requests carry no token. */
  readonly credential?: TokenCredential | undefined
  /** Brings a valid token; called before every attempt, so it should cache. For tests and own schemes. */
  readonly token?: (() => Promise<string> | string) | undefined
  /** Scopes asked of `credential`. Default: `[origin + '/.default']`. */
  readonly scopes?: readonly string[] | undefined
  /** Default: the version in `url`, else `v9.2`. On-premises 9.1 servers answer up to `v9.1`. */
  readonly apiVersion?: string | undefined
  /** Functions around each logical request, outermost first. Retries happen inside. Default: none. */
  readonly interceptors?: readonly Interceptor[] | undefined
  /** How failures are repeated; see each option for its default. */
  readonly retry?: RetryOptions | undefined
  /** How long the service may take to answer, in milliseconds. Default: 300,000 (long writes with plug-ins). */
  readonly headersTimeoutMs?: number | undefined
  /** How long a body may stall while it is being read, in milliseconds. Default: 120,000. */
  readonly bodyTimeoutMs?: number | undefined
  /** How long a connection may take to open, in milliseconds. Default: 10,000. Not used with `dispatcher`. */
  readonly connectTimeoutMs?: number | undefined
  /** Connections at a time; further requests queue. Default: 64. Not used with `dispatcher`. */
  readonly maxConnections?: number | undefined
  /** Allows `http:` to other hosts than this machine, so that a token can travel in clear. Default: `false`. */
  readonly allowInsecureHttp?: boolean | undefined
  /** Own undici dispatcher, for proxies or an own certificate authority. The client does not close it. */
  readonly dispatcher?: Dispatcher | undefined
  /** Default: `deltaverse`. */
  readonly userAgent?: string | undefined
  /** Default: the machine's time. */
  readonly clock?: Clock | undefined
  /** Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** Options with every default filled in. */
export interface ResolvedClientOptions {
  readonly root: ServiceRoot
  readonly credential: TokenCredential | undefined
  readonly token: (() => Promise<string> | string) | undefined
  readonly scopes: readonly string[]
  readonly interceptors: readonly Interceptor[]
  readonly retry: ResolvedRetryOptions
  readonly headersTimeoutMs: number
  readonly bodyTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly maxConnections: number
  readonly dispatcher: Dispatcher | undefined
  readonly userAgent: string
  readonly clock: Clock
  readonly random: () => number
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for a value of the wrong kind; DataverseError `insecure-url` for `http:` elsewhere
 */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const root = parseServiceRoot(options.url, { apiVersion: options.apiVersion })
  assertSecureUrl(root.origin, options.allowInsecureHttp ?? false)
  if (options.credential !== undefined && options.token !== undefined) {
    throw new TypeError('give either credential or token, received both')
  }
  if (options.credential !== undefined && typeof options.credential?.getToken !== 'function') {
    throw new TypeError('credential must have a method getToken(scopes)')
  }
  if (options.token !== undefined && typeof options.token !== 'function') {
    throw new TypeError(`token must be a function that returns a token, received ${typeof options.token}`)
  }
  return {
    root,
    credential: options.credential,
    token: options.token,
    scopes: checkScopes(options.scopes ?? [`${root.origin}/.default`]),
    interceptors: options.interceptors ?? [],
    retry: resolveRetryOptions(options.retry ?? {}, builtInRetryRules),
    headersTimeoutMs: checkPositive('headersTimeoutMs', options.headersTimeoutMs ?? 300_000),
    bodyTimeoutMs: checkPositive('bodyTimeoutMs', options.bodyTimeoutMs ?? 120_000),
    connectTimeoutMs: checkPositive('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
    maxConnections: checkPositive('maxConnections', options.maxConnections ?? 64),
    dispatcher: options.dispatcher,
    userAgent: options.userAgent ?? 'deltaverse',
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  }
}

function checkScopes(scopes: readonly string[]): readonly string[] {
  if (scopes.length > 0) return [...scopes]
  throw new RangeError('scopes must name at least one scope, received none')
}

function checkPositive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new RangeError(`${name} must be a whole number of at least 1, received ${value}`)
}
