import { type Clock, systemClock } from '@deltaverse/core'
import {
  bytes,
  callable,
  createOption,
  defineOptions,
  flag,
  group,
  instance,
  kindOf,
  listOf,
  MiB,
  type OptionsInput,
  type OptionsOutput,
  text,
  whole,
} from '@deltaverse/options'
import { parseServiceRoot, type ServiceRoot } from '@deltaverse/protocol'
import type { Dispatcher } from 'undici'
import type { TokenCredential } from './auth/token-credential.js'
import type { ClientEvent } from './client-event.js'
import { createGovernor, type Governor, isGovernor } from './governor/create-governor.js'
import { type GovernorOptions, governorSpec } from './governor/governor-options.js'
import { type RetrySettings, retrySpec } from './retry/retry-options.js'
import { builtInRetryRules } from './retry/retry-rules.js'
import type { Interceptor } from './transport/request.js'
import { assertSecureUrl } from './transport/secure-url.js'

type GetToken = () => Promise<string> | string
type GivenGovernor = GovernorOptions | Governor | readonly Governor[] | false

const ownGovernor = group(governorSpec, { doc: 'How it is governed.' })
const credential = instance<TokenCredential>(['getToken'])

/** The options of `createClient()`. */
export const clientOptions = defineOptions('createClient()', {
  url: createOption<string, { required: true; doc: string }>(
    // What is wrong with an address is said by who parses it.
    { check: (_, value) => value as string, type: 'text', schema: { type: 'string' } },
    {
      required: true,
      doc: 'URL of the environment, https://contoso.crm4.dynamics.com, or on-premises with the organisation, https://host/org. A trailing slash and /api/data/v9.2 are accepted.',
    },
  ),
  credential: credential({
    doc: 'Gets the tokens. At most one of credential, credentials and token; with none, requests carry no token.',
  }),
  credentials: listOf(credential({ doc: 'One of them.' }), {
    min: 1,
    doc: 'Several application users that share the load: the limits count for each by itself, so each has a governor of its own and a request goes to the one with the most room. All of them need the same rights. Impersonation works as with one.',
  }),
  token: callable<GetToken>()({
    doc: 'Brings a valid token; called before every attempt, so it should cache. For tests and own schemes.',
  }),
  scopes: listOf(text({ doc: 'A scope.' }), {
    min: 1,
    defaultText: "[origin + '/.default']",
    doc: 'Scopes asked of credential.',
  }),
  apiVersion: text({
    defaultText: 'the version in url, else v9.2',
    doc: 'Version of the Web API. On-premises 9.1 servers answer up to v9.1.',
  }),
  interceptors: listOf(callable<Interceptor>()({ doc: 'One of them.' }), {
    default: [],
    doc: 'Functions around each logical request, outermost first. Retries happen inside.',
  }),
  retry: group(retrySpec, { doc: 'How failures are repeated.' }),
  governor: createOption<GivenGovernor, { doc: string; defaultText: string }>(
    { check: checkGovernor, type: 'options, a governor or false' },
    {
      defaultText: "a governor of this client's own",
      doc: 'Keeps requests within the service protection limits. Options; or a governor made by createGovernor() that other clients of the same credential share (with credentials: a list, one for each); or false, then every request waits for its own 429 by itself and nothing limits how many are under way.',
    },
  ),
  onEvent: callable<(event: ClientEvent) => void>()({
    doc: 'Told of every repetition, and of everything that the governors do, also shared ones, until the client is closed. Not waited for.',
  }),
  headersTimeoutMs: whole({
    default: 300_000,
    min: 1,
    doc: 'How long the service may take to answer, in milliseconds: long writes with plug-ins take minutes.',
  }),
  bodyTimeoutMs: whole({
    default: 120_000,
    min: 1,
    doc: 'How long a body may stall while it is being read, in milliseconds.',
  }),
  maxBodyBytes: bytes({
    default: 256 * MiB,
    min: 1,
    doc: 'Most bytes of an answer, inflated, that are put into memory as a whole: definitions, single rows, batches. Pages of a change feed are not, and have limits of their own.',
  }),
  connectTimeoutMs: whole({
    default: 10_000,
    min: 1,
    doc: 'How long a connection may take to open, in milliseconds. Not used with dispatcher.',
  }),
  maxConnections: whole({
    min: 1,
    defaultText: '64 for each credential',
    doc: 'Connections at a time; further requests queue. Not used with dispatcher.',
  }),
  allowInsecureHttp: flag({
    default: false,
    doc: 'Allows http: to other hosts than this machine, so that a token can travel in clear.',
  }),
  dispatcher: instance<Dispatcher>(['dispatch'])({
    doc: 'Own undici dispatcher, for proxies or an own certificate authority. The client does not close it.',
  }),
  userAgent: text({
    default: 'deltaverse',
    // Anything else would only be refused when the first request is sent.
    form: {
      pattern: /^[\t\x20-\x7e\x80-\xff]+$/,
      words: 'text that fits a header: one line, Latin-1',
    },
    doc: 'Sent with every request.',
  }),
  clock: instance<Clock>(['now', 'delay'])({
    default: systemClock,
    defaultText: "the machine's",
    doc: 'Time and waiting.',
  }),
  random: callable<() => number>()({
    default: Math.random,
    defaultText: 'Math.random',
    doc: 'A number from 0 up to 1, for jitter.',
  }),
})

export type ClientOptions = OptionsInput<typeof clientOptions.spec>
type Given = OptionsOutput<typeof clientOptions.spec>

/** What the client reads of its options. */
export interface ClientSettings
  extends Omit<Given, 'url' | 'credential' | 'governor' | 'apiVersion' | 'allowInsecureHttp' | 'retry'> {
  readonly root: ServiceRoot
  /** One or several; none with `token` or without a token. */
  readonly credentials: readonly TokenCredential[]
  readonly scopes: readonly string[]
  readonly retry: RetrySettings
  /** One for each way to get a token, or none at all. */
  readonly governors: readonly Governor[]
  readonly maxConnections: number
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError or RangeError for what cannot be right; DataverseError `insecure-url` for `http:` elsewhere
 */
export function toClientSettings(input: ClientOptions): ClientSettings {
  const given = clientOptions.parse(input)
  const { retry, scopes, maxConnections } = given
  const root = parseServiceRoot(given.url, { apiVersion: given.apiVersion })
  assertSecureUrl(root.origin, given.allowInsecureHttp)
  const credentials = credentialsOf(given)
  const count = Math.max(1, credentials.length)
  return {
    ...given,
    root,
    credentials,
    scopes: scopes ?? [`${root.origin}/.default`],
    retry: { ...retry, rules: [...retry.rules, ...builtInRetryRules] },
    governors: governorsOf(input, given.governor, count),
    maxConnections: maxConnections ?? 64 * count,
  }
}

function credentialsOf({ credential: one, credentials, token }: Given): readonly TokenCredential[] {
  const given = [one, credentials, token].filter((source) => source !== undefined)
  if (given.length > 1) {
    throw new TypeError(
      `give one of credential, credentials and token, received ${given.length === 2 ? 'both' : 'all'}`,
    )
  }
  return one === undefined ? (credentials ?? []) : [one]
}

function checkGovernor(name: string, value: unknown): GivenGovernor {
  if (value === false || isGovernor(value) || Array.isArray(value)) return value as GivenGovernor
  // A governor of another installed copy of this package looks like one, but cannot be talked to.
  if (typeof value === 'object' && value !== null && !('stats' in value)) {
    ownGovernor.parse(name, value)
    return value as GovernorOptions
  }
  throw new TypeError(`${name} must be options, a governor or false, received ${kindOf(value)}`)
}

function governorsOf(
  { clock, random }: Pick<ClientOptions, 'clock' | 'random'>,
  governor: GivenGovernor | undefined,
  count: number,
): readonly Governor[] {
  if (governor === false) return []
  if (isGovernor(governor) || Array.isArray(governor)) {
    const governors: readonly Governor[] = isGovernor(governor) ? [governor] : governor
    if (governors.length === count && new Set(governors).size === count && governors.every(isGovernor))
      return governors
    throw new TypeError(`governor must be one of createGovernor() for each credential (${count})`)
  }
  const own = governor as GovernorOptions | undefined
  return Array.from({ length: count }, (_, index) =>
    createGovernor({
      clock,
      random,
      ...own,
      name: count === 1 ? own?.name : `${own?.name ?? 'credential'}-${index + 1}`,
    }),
  )
}
