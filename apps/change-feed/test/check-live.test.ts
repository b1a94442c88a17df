import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Fact } from '../src/commands/check-live/fact.js'
import { type Ended, runApp } from './support/app-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

let emulator: Emulator

beforeAll(async () => {
  emulator = await startEmulator({
    rows: { accounts: Array.from({ length: 12 }, (_, index) => ({ name: `Account ${index}` })) },
  })
})
afterAll(() => emulator.close())

const check = (
  args: string[],
  env: Record<string, string> = { DATAVERSE_URL: emulator.url },
): Promise<Ended> => runApp(args, { cwd: temporaryFolder(), env, program: 'check-live.js' })
const factsOf = ({ stdout }: Ended): Fact[] => JSON.parse(stdout).facts

describe('npm run check:live', () => {
  it('writes nothing unless told to, and finds the emulator as expected', async () => {
    const before = emulator.history().length
    const ended = await check(['--json'])
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    const facts = factsOf(ended)
    expect(facts.length).toBeGreaterThan(20)
    expect(facts.filter(({ verdict }) => verdict === 'differs' || verdict === 'unseen')).toEqual([])
    expect(facts).toContainEqual(
      expect.objectContaining({ what: 'context of a delta', verdict: 'as expected' }),
    )
    expect(facts).toContainEqual(
      expect.objectContaining({ what: 'istracking in a tracked next link', seen: 'True' }),
    )
    expect(facts).toContainEqual(
      expect.objectContaining({
        what: 'a delta token of the keys, followed with all columns',
        seen: '200 #accounts/$delta',
      }),
    )
    expect(emulator.history()).toHaveLength(before)
    expect(new Set(emulator.requests.map(({ method }) => method))).toEqual(new Set(['GET']))
  })

  it('shows a table to people', async () => {
    const { code, stdout } = await check([])
    expect(code).toBe(0)
    expect(stdout).toContain('Preference-Applied')
    expect(stdout).toContain('Nothing differs from what is counted on.')
  })

  it('writes rows of its own into a scratch table, and removes them', async () => {
    const before = emulator.table('accounts').count()
    const ended = await check(['--json', '--write-table', 'account'])
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
    const written = factsOf(ended).filter(({ what }) => /^a row|deletion|order of|look-up/.test(what))
    expect(written.length).toBeGreaterThanOrEqual(7)
    expect(written.filter(({ verdict }) => verdict === 'differs' || verdict === 'unseen')).toEqual([])
    expect(emulator.table('accounts').count()).toBe(before)
  })

  it('says what it could not see', async () => {
    const facts = factsOf(await check(['--json', '--page-size', '500']))
    expect(facts).toContainEqual(expect.objectContaining({ what: 'a tracked next link', verdict: 'unseen' }))
  })

  it.each([
    ['the environment', {}, /set DATAVERSE_URL/],
    ['a credential', { DATAVERSE_URL: 'https://contoso.test' }, /no credential: set AZURE_TENANT_ID/],
  ])('ends with 2 when it misses %s', async (_, env, expected) => {
    const { code, stdout, stderr } = await check([], env)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(expected)
    expect(stderr.split('\n')).toHaveLength(1)
  })

  it('ends with 1 when the table is not there', async () => {
    const { code, stderr } = await check(['--table', 'nonsense'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^failed: .*nonsense/)
  })
})
