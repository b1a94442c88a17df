import { UsageError } from 'deltaverse/program'
import { describe, expect, it } from 'vitest'
import { parseArguments } from './parse-arguments.js'

const environment = ['--url', 'https://contoso.crm4.dynamics.com']
const parse = (...argv: string[]) => parseArguments(argv, '1.2.3')

describe('parseArguments()', () => {
  it('runs the demonstration without arguments', () => {
    expect(parse()).toEqual({
      kind: 'demo',
      out: 'out',
      json: false,
      trace: false,
      pageSize: undefined,
      lockWaitMs: 30_000,
      restart: false,
      commitBytes: 67_108_864,
      products: 10_000,
      state: '.deltaverse',
      files: { mode: 'log', compress: 'none' },
      maxDeleteShare: 0.5,
    })
  })

  it('reads tables of an environment, named in any of three ways', () => {
    const settings = parse(
      ...environment,
      '--table',
      'account',
      'contact',
      '--table',
      'lead,task',
      '--table',
      'lead',
    )
    expect(settings).toMatchObject({
      kind: 'sync',
      tables: ['account', 'contact', 'lead', 'task'],
      select: undefined,
      follow: undefined,
      concurrency: 4,
      restart: false,
      onMismatch: 'refuse',
      allowInsecureHttp: false,
    })
  })

  it('says that a variable keeps the demonstration from running', () => {
    process.env.DATAVERSE_URL = 'https://contoso.crm4.dynamics.com'
    try {
      expect(() => parse()).toThrow(/DATAVERSE_URL is set, so --table must name/)
    } finally {
      delete process.env.DATAVERSE_URL
    }
  })

  it('takes a variable that is set to nothing as not set, and drops spaces around a value', () => {
    Object.assign(process.env, { DATAVERSE_URL: ' ', AZURE_TENANT_ID: '', AZURE_CLIENT_ID: ' app ' })
    try {
      expect(parse('--products', '5')).toMatchObject({ kind: 'demo', products: 5 })
      expect(parse(...environment, '--table', 'account')).toMatchObject({
        tenantId: undefined,
        clientId: 'app',
      })
    } finally {
      for (const name of ['DATAVERSE_URL', 'AZURE_TENANT_ID', 'AZURE_CLIENT_ID']) delete process.env[name]
    }
  })

  it('does not repeat a password in a URL', () => {
    expect(() => parse('--url', 'me:secret@contoso.com', '--table', 'a')).toThrow(/not "…@contoso.com"$/)
  })

  it.each(['contoso.com?sig=secret', 'contoso.com#secret', 'ftp://contoso.com/?to=me@secret'])(
    'does not repeat a token in a URL: %s',
    (url) => {
      expect(() => parse('--url', url, '--table', 'a')).toThrow(/not "(?!.*secret)[^"]*…"$/)
    },
  )

  it('takes intervals in seconds', () => {
    const settings = parse(...environment, '--table', 'account', '--follow', '--min-interval', '0.5')
    expect(settings).toMatchObject({ follow: { minIntervalMs: 500, maxIntervalMs: 60_000 } })
  })

  it('takes columns and annotations separated with commas', () => {
    const settings = parse(
      ...environment,
      '--table',
      'account',
      '--select',
      'name, revenue',
      '--annotations',
      '*',
    )
    expect(settings).toMatchObject({ select: ['name', 'revenue'], annotations: ['*'] })
  })

  it.each([
    ['an unknown option', ['--tabel', 'account'], /unknown option '--tabel' \(Did you mean --table\?\)/],
    ['a stray word', ['account'], /too many arguments/],
    ['a table without an environment', ['--table', 'account'], /--table needs --url/],
    ['following without an environment', ['--follow'], /--follow needs --url/],
    ['an environment without a table', environment, /--url needs --table/],
    ['something else than a URL', ['--url', 'contoso', '--table', 'account'], /--url must be like https/],
    ['a file as a URL', ['--url', 'file:///etc', '--table', 'account'], /--url must be like https/],
    ['a name that is none', [...environment, '--table', "a'b"], /"a'b" is no name/],
    ['a folder without a name', ['--out', ''], /--out.*must not be empty$/],
    ['an empty name', [...environment, '--table', 'a,,b'], /Between the commas/],
    ['a page of nothing', ['--page-size', '0'], /--page-size.*at least 1/],
    ['a page of a piece', ['--page-size', '1.5'], /--page-size.*at least 1/],
    ['rows of nothing', ['--max-record-bytes', '0'], /--max-record-bytes.*at least 1/],
    ['a larger row of the demonstration', ['--max-record-bytes', '5'], /--max-record-bytes needs --url/],
    ['an interval of nothing', ['--min-interval', '0'], /--min-interval.*above 0/],
    [
      'intervals the wrong way round',
      [...environment, '--table', 'a', '--min-interval', '9', '--max-interval', '3'],
      /--min-interval must not be above --max-interval, not 9 and 3/,
    ],
    ['an unknown choice', ['--on-mismatch', 'ignore'], /Allowed choices are refuse, reset/],
    ['an unknown way to sign in', ['--auth', 'password'], /Allowed choices are client-secret/],
    [
      'a catalogue for a real environment',
      [...environment, '--table', 'a', '--products', '3'],
      /--products is for the demonstration/,
    ],
    ['a secret as an argument', ['--client-secret', 'x'], /unknown option '--client-secret'/],
  ])('refuses %s in one line', (_, argv, expected) => {
    let failure: unknown
    try {
      parse(...argv)
    } catch (error) {
      failure = error
    }
    expect(failure).toBeInstanceOf(UsageError)
    expect((failure as Error).message).toMatch(expected)
    expect((failure as Error).message).not.toContain('\n')
  })
})
