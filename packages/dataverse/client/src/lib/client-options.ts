import { type Clock, systemClock } from '@deltaverse/core'
import {
  checkCount,
  checkFunction,
  checkFunctions,
  checkObject,
  checkText,
  kindOf,
} from '@deltaverse/options'
import { parseServiceRoot, type ServiceRoot } from '@deltaverse/protocol'
import type { Dispatcher } from 'undici'
import { createGovernor, type Governor, isGovernor } from './governor/create-governor.js'
import type { GovernorListener } from './governor/governor-event.js'
import type { GovernorOptions } from './governor/governor-options.js'
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
  /** Gets the tokens. At most one of `credential`, `credentials` and `token`; with none, requests carry no token. */
  readonly credential?: TokenCredential | undefined
  /**
   * Several application users that share the load: the limits count for each by itself, so each has a governor of its own
   * and a request goes to the one with the most room. All of them need the same rights. Impersonation works as with one.
   */
  readonly credentials?: readonly TokenCredential[] | undefined
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
  /**
   * Keeps requests within the service protection limits. Options; or a governor made by `createGovernor()` that other
   * clients of the same credential share (with `credentials`: a list, one for each); or `false`, then every request waits
   * for its own 429 by itself and nothing limits how many are under way. Default: a governor of this client's own.
   */
  readonly governor?: GovernorOptions | Governor | readonly Governor[] | false | undefined
  /** Told of every event of the governors, also of shared ones, until the client is closed. Default: nobody is. */
  readonly onGovernor?: GovernorListener | undefined
  /** How long the service may take to answer, in milliseconds. Default: 300,000 (long writes with plug-ins). */
  readonly headersTimeoutMs?: number | undefined
  /** How long a body may stall while it is being read, in milliseconds. Default: 120,000. */
  readonly bodyTimeoutMs?: number | undefined
  /** How long a connection may take to open, in milliseconds. Default: 10,000. Not used with `dispatcher`. */
  readonly connectTimeoutMs?: number | undefined
  /** Connections at a time; further requests queue. Default: 64 for each credential. Not used with `dispatcher`. */
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
  /** One or several; none with `token` or without a token. */
  readonly credentials: readonly TokenCredential[]
  readonly token: (() => Promise<string> | string) | undefined
  readonly scopes: readonly string[]
  readonly interceptors: readonly Interceptor[]
  readonly retry: ResolvedRetryOptions
  /** One for each way to get a token, or none at all. */
  readonly governors: readonly Governor[]
  readonly onGovernor: GovernorListener | undefined
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
  checkObject('options', options)
  if (options.apiVersion !== undefined) checkText('apiVersion', options.apiVersion)
  const root = parseServiceRoot(options.url, { apiVersion: options.apiVersion })
  assertSecureUrl(root.origin, options.allowInsecureHttp ?? false)
  const credentials = checkCredentials(options)
  const clock = checkObject('clock', options.clock ?? systemClock, ['now', 'delay'])
  const random = checkFunction('random', options.random ?? Math.random)
  const { token, dispatcher, onGovernor } = options
  return {
    root,
    credentials,
    token: token === undefined ? undefined : checkFunction('token', token),
    scopes: checkScopes(options.scopes ?? [`${root.origin}/.default`]),
    interceptors: checkFunctions('interceptors', options.interceptors ?? []),
    retry: resolveRetryOptions(options.retry ?? {}, builtInRetryRules),
    governors: resolveGovernors(options, Math.max(1, credentials.length)),
    onGovernor: onGovernor === undefined ? undefined : checkFunction('onGovernor', onGovernor),
    headersTimeoutMs: checkCount('headersTimeoutMs', options.headersTimeoutMs ?? 300_000),
    bodyTimeoutMs: checkCount('bodyTimeoutMs', options.bodyTimeoutMs ?? 120_000),
    connectTimeoutMs: checkCount('connectTimeoutMs', options.connectTimeoutMs ?? 10_000),
    maxConnections: checkCount(
      'maxConnections',
      options.maxConnections ?? 64 * Math.max(1, credentials.length),
    ),
    dispatcher: dispatcher === undefined ? undefined : checkObject('dispatcher', dispatcher, ['dispatch']),
    userAgent: checkHeaderText('userAgent', options.userAgent ?? 'deltaverse'),
    clock,
    random,
  }
}

function checkCredentials(options: ClientOptions): readonly TokenCredential[] {
  const { credential, credentials, token } = options
  const given = [credential, credentials, token].filter((source) => source !== undefined)
  if (given.length > 1) {
    throw new TypeError(
      `give one of credential, credentials and token, received ${given.length === 2 ? 'both' : 'all'}`,
    )
  }
  if (credential !== undefined) return [checkObject('credential', credential, ['getToken'])]
  if (credentials === undefined) return []
  if (!Array.isArray(credentials) || credentials.length === 0) {
    throw new TypeError(
      `credentials must be a list of at least one credential, received ${
        Array.isArray(credentials) ? 'none' : kindOf(credentials)
      }`,
    )
  }
  return credentials.map((one, index) => checkObject(`credentials[${index}]`, one, ['getToken']))
}

function resolveGovernors(options: ClientOptions, count: number): readonly Governor[] {
  const { governor = {} } = options
  if (governor === false) return []
  if (isGovernor(governor) || Array.isArray(governor)) {
    const governors: readonly Governor[] = isGovernor(governor) ? [governor] : governor
    if (governors.length === count && new Set(governors).size === count && governors.every(isGovernor))
      return governors
    throw new TypeError(`governor must be one of createGovernor() for each credential (${count})`)
  }
  // A governor of another installed copy of this package looks like one, but cannot be talked to.
  if (typeof governor !== 'object' || governor === null || 'stats' in governor) {
    throw new TypeError(`governor must be options, a governor or false, received ${kindOf(governor)}`)
  }
  const { clock, random } = options
  return Array.from({ length: count }, (_, index) =>
    createGovernor({
      clock,
      random,
      ...governor,
      name:
        count === 1
          ? (governor as GovernorOptions).name
          : `${(governor as GovernorOptions).name ?? 'credential'}-${index + 1}`,
    }),
  )
}

function checkScopes(scopes: readonly string[]): readonly string[] {
  if (!Array.isArray(scopes)) throw new TypeError(`scopes must be a list of text, received ${kindOf(scopes)}`)
  if (scopes.length === 0) throw new RangeError('scopes must name at least one scope, received none')
  return scopes.map((scope, index) => checkText(`scopes[${index}]`, scope))
}

// Anything else would only be refused when the first request is sent.
function checkHeaderText(name: string, value: unknown): string {
  const text = checkText(name, value)
  if (/^[\t\x20-\x7e\x80-\xff]+$/.test(text)) return text
  throw new TypeError(`${name} must be text that fits a header: one line, Latin-1`)
}
