import {
  type ClientOptions,
  createClient,
  createGovernor,
  type GovernorOptions,
  type RetryOptions,
} from '@deltaverse/client'
import { describe, expect, it } from 'vitest'

const url = 'https://contoso.crm4.dynamics.com'

/** What JavaScript, or text from a file, can hand in whatever the types say. */
type Wrong = readonly [value: unknown, message: string]

const wholes = (name: string): readonly Wrong[] => [
  ['300', `${name} must be a whole number of at least 1, received text`],
  [{}, `${name} must be a whole number of at least 1, received an object`],
  [5n, `${name} must be a whole number of at least 1, received a bigint`],
]

const functions = (name: string): readonly Wrong[] => [
  ['log', `${name} must be a function, received text`],
  [[() => {}], `${name} must be a function, received a list`],
]

const clocks = (name: string): readonly Wrong[] => [
  [Date, `${name} must be an object with now() and delay(), received a function`],
  [{ now: () => 0 }, `${name} must be an object with now() and delay(), received an object`],
]

/** Every option; that none is missing here, the compiler sees. */
const clientOptions: Record<keyof Required<ClientOptions>, readonly Wrong[]> = {
  url: [
    [undefined, 'url is required: URL of the environment'],
    [5, 'url must be the URL of an environment'],
    [new URL(url), 'url must be the URL of an environment'],
  ],
  credential: [
    ['secret', 'credential must be an object with getToken(), received text'],
    [null, 'credential must be an object with getToken(), received null'],
    [{ getToken: 'x' }, 'credential must be an object with getToken(), received an object'],
  ],
  credentials: [
    [{ getToken: () => null }, 'credentials must be a list of at least one object, received an object'],
    [[], 'credentials must be a list of at least one object, received an empty list'],
    [[{ getToken: () => null }, 'secret'], 'credentials[1] must be an object with getToken(), received text'],
  ],
  token: [
    ['eyJ0eXAi', 'token must be a function, received text'],
    [null, 'token must be a function, received null'],
  ],
  scopes: [
    [`${url}/.default`, 'scopes must be a list of at least one text, received text'],
    [[5], 'scopes[0] must be text, received a number'],
    [['a', ''], 'scopes[1] must be text, received empty text'],
  ],
  apiVersion: [
    [9.2, 'apiVersion must be text, received a number'],
    [['v9.2'], 'apiVersion must be text, received a list'],
  ],
  interceptors: [
    [() => {}, 'interceptors must be a list of functions, received a function'],
    [[() => {}, null], 'interceptors[1] must be a function, received null'],
  ],
  retry: [
    [6, 'retry must be an object of options, received a number'],
    [false, 'retry must be an object of options, received a boolean'],
  ],
  governor: [
    [true, 'governor must be options, a governor or false, received a boolean'],
    [20, 'governor must be options, a governor or false, received a number'],
    [null, 'governor must be options, a governor or false, received null'],
    [[{}], 'governor must be one of createGovernor() for each credential (1)'],
  ],
  onEvent: functions('onEvent'),
  headersTimeoutMs: wholes('headersTimeoutMs'),
  bodyTimeoutMs: wholes('bodyTimeoutMs'),
  maxBodyBytes: [
    ['1 GB', 'maxBodyBytes must be a whole number of bytes of at least 1, received text'],
    [{}, 'maxBodyBytes must be a whole number of bytes of at least 1, received an object'],
  ],
  connectTimeoutMs: wholes('connectTimeoutMs'),
  maxConnections: wholes('maxConnections'),
  allowInsecureHttp: [['false', 'allowInsecureHttp must be true or false, received text']],
  dispatcher: [
    ['http://proxy', 'dispatcher must be an object with dispatch(), received text'],
    [{}, 'dispatcher must be an object with dispatch(), received an object'],
  ],
  userAgent: [
    [5, 'userAgent must be text that fits a header: one line, Latin-1, received a number'],
    ['', 'userAgent must be text that fits a header: one line, Latin-1, received empty text'],
    ['a\r\nb: c', 'userAgent must be text that fits a header'],
  ],
  clock: clocks('clock'),
  random: functions('random'),
}

const retryOptions: Record<keyof Required<RetryOptions>, readonly Wrong[]> = {
  maxAttempts: wholes('retry.maxAttempts'),
  baseDelayMs: wholes('retry.baseDelayMs'),
  maxDelayMs: wholes('retry.maxDelayMs'),
  maxTotalMs: [['1h', 'retry.maxTotalMs must be a whole number of at least 0, received text']],
  rules: [
    [() => 'give-up', 'retry.rules must be a list of functions, received a function'],
    [['give-up'], 'retry.rules[0] must be a function, received text'],
  ],
}

const governorOptions: Record<keyof Required<GovernorOptions>, readonly Wrong[]> = {
  name: [
    [5, 'name must be text, received a number'],
    ['', 'name must be text, received empty text'],
  ],
  concurrency: [
    ['20', "concurrency must be 'auto', or whole number, received text"],
    [{}, "concurrency must be 'auto', or whole number, received an object"],
  ],
  maxConcurrency: wholes('maxConcurrency'),
  polite: [
    [0.7, 'polite must be true, false or options, received a number'],
    ['yes', 'polite must be true, false or options, received text'],
    [{ share: '0.7' }, 'polite.share must be a number from 0.01 to 0.99, received text'],
  ],
  onEvent: functions('onEvent'),
  clock: clocks('clock'),
  random: functions('random'),
}

const cases = (table: Readonly<Record<string, readonly Wrong[]>>): [string, unknown, string][] =>
  Object.entries(table).flatMap(([name, wrongs]) =>
    wrongs.map(([value, message]): [string, unknown, string] => [name, value, message]),
  )

function expectTypeError(make: () => unknown, message: string): void {
  expect(make).toThrow(TypeError)
  expect(make).toThrow(message)
}

describe('createClient() refuses, before anything is sent,', () => {
  it.each(cases(clientOptions))('%s: %o', (name, value, message) => {
    expectTypeError(() => createClient({ url, [name]: value } as ClientOptions), message)
  })

  it.each(cases(retryOptions))('retry.%s: %o', (name, value, message) => {
    expectTypeError(() => createClient({ url, retry: { [name]: value } } as ClientOptions), message)
  })

  it.each(cases(governorOptions))('governor.%s: %o', (name, value, message) => {
    expectTypeError(
      () => createClient({ url, governor: { [name]: value } } as ClientOptions),
      `governor.${message}`,
    )
    expectTypeError(() => createGovernor({ [name]: value } as GovernorOptions), message)
  })

  it.each([[undefined], [null], [url], [[]]])('options that are %o', (options) => {
    expectTypeError(
      () => createClient(options as unknown as ClientOptions),
      'what createClient() is given must be an object of options',
    )
  })

  it.each<[ClientOptions | Record<string, unknown>, string]>([
    [{ headersTimeoutMs: 0 }, 'headersTimeoutMs must be a whole number of at least 1, received 0'],
    [{ bodyTimeoutMs: 1.5 }, 'bodyTimeoutMs must be a whole number of at least 1, received 1.5'],
    [{ connectTimeoutMs: Number.NaN }, 'connectTimeoutMs must be a whole number of at least 1, received NaN'],
    [{ maxConnections: -1 }, 'maxConnections must be a whole number of at least 1, received -1'],
    [{ retry: { maxTotalMs: -1 } }, 'retry.maxTotalMs must be a whole number of at least 0, received -1'],
    [
      { governor: { concurrency: 0 } },
      'governor.concurrency must be a whole number of at least 1, received 0',
    ],
    [
      { governor: { polite: { share: 1 } } },
      'governor.polite.share must be a number from 0.01 to 0.99, received 1',
    ],
  ])('%o, which is out of its range', (options, message) => {
    expect(() => createClient({ url, ...options } as ClientOptions)).toThrow(new RangeError(message))
  })

  it('never shows what was given in place of a credential or a token', () => {
    for (const options of [{ credential: 'hunter2' }, { token: 'hunter2' }, { credentials: ['hunter2'] }]) {
      expect(() => createClient({ url, ...options } as unknown as ClientOptions)).not.toThrow('hunter2')
      expect(() => createClient({ url, ...options } as unknown as ClientOptions)).toThrow(TypeError)
    }
  })
})

it('createClient() takes undefined for every option but the URL', async () => {
  const nothing = Object.fromEntries(Object.keys(clientOptions).map((name) => [name, undefined]))
  const client = createClient({ ...nothing, url })
  expect(client.origin).toBe(url)
  await client.close()
})
