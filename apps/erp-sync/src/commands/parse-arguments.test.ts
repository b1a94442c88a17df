import { UsageError } from 'deltaverse/program'
import { describe, expect, it } from 'vitest'
import { parseArguments } from './parse-arguments.js'

const url = ['--url', 'https://contoso.crm4.dynamics.com']
const parse = (...argv: string[]) => parseArguments(argv, '1.2.3')

describe('parseArguments()', () => {
  it('uses an emulator without arguments', () => {
    expect(parse()).toEqual({
      kind: 'demo',
      json: false,
      dryRun: false,
      deactivate: true,
      maxDeleteShare: 0.1,
      scope: undefined,
      batchSize: 1_000,
      deadLetters: undefined,
      products: 10_000,
      night: 1,
      state: '.deltaverse/erp',
      out: 'out/erp',
    })
  })

  it('keeps no state when told so', () => {
    expect(parse('--in-memory')).toMatchObject({ state: undefined })
  })

  it('takes shares in percent', () => {
    expect(parse(...url, '--file', 'x.csv', '--max-delete-share', '2.5')).toMatchObject({
      kind: 'sync',
      maxDeleteShare: 0.025,
    })
  })

  it('replays a file', () => {
    expect(parse(...url, '--replay', 'x.ndjson')).toMatchObject({ kind: 'replay', file: 'x.ndjson' })
  })

  it.each(['me:secret@contoso.com', 'contoso.com?sig=secret'])(
    'does not repeat a password or a token in a URL: %s',
    (given) => {
      expect(() => parse('--url', given, '--file', 'x')).toThrow(/--url must be like https(?!.*secret)/)
    },
  )

  it.each([
    ['a stray word', ['night.csv'], /too many arguments/],
    ['a file without an environment', ['--file', 'x.csv'], /--file needs --url/],
    ['an environment without a file', url, /--url needs either --file .* or --replay/],
    ['both files', [...url, '--file', 'x', '--replay', 'y'], /--url needs either/],
    ['a night of an environment', [...url, '--file', 'x', '--night', '2'], /--night is for the emulator/],
    ['a dry run of dead letters', [...url, '--replay', 'x', '--dry-run'], /--dry-run has no use/],
    ['state in memory', ['--in-memory', '--state', 'x'], /--state has no use/],
    ['more than all', ['--max-delete-share', '101'], /from 0 to 100/],
    ['something else than a URL', ['--url', 'contoso', '--file', 'x'], /--url must be like https/],
    ['a batch of nothing', ['--batch-size', '0'], /from 1 to 1,000/],
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
