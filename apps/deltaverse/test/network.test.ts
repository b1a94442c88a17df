import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Emulator, startEmulator } from '@deltaverse/emulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runDeltaverse } from './support/run-deltaverse.js'
import { startDeltaverse } from './support/start-deltaverse.js'
import { type Internet, startInternet } from './support/start-internet.js'

let emulator: Emulator
let internet: Internet
let cwd = ''

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'deltaverse-network-'))
  emulator = await startEmulator({
    rows: { accounts: [{ name: 'Ann', accountnumber: 'A-1' }] },
    wait: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  internet = await startInternet(emulator.url)
  writeFileSync(join(cwd, 'ca.pem'), internet.certificate)
  writeFileSync(join(cwd, 'no.pem'), 'nothing')
})
beforeEach(() => {
  emulator.faults.clear()
  internet.asked.length = 0
  internet.password = undefined
})
afterAll(async () => {
  await internet.close()
  await emulator.close()
  rmSync(cwd, { recursive: true, force: true })
})

const contoso = 'https://contoso.crm4.dynamics.com'
const secrets = {
  AZURE_TENANT_ID: 'contoso.onmicrosoft.com',
  AZURE_CLIENT_ID: 'an-application',
  AZURE_CLIENT_SECRET: 's3cret',
}
const tables = (from: string, env: Record<string, string>, ...args: string[]) =>
  runDeltaverse(['tables', 'account', '--from', from, ...args], { cwd, env })

describe('proxies', () => {
  it('lead to the environment and to the authority, with a certificate of one’s own', async () => {
    const env = { ...secrets, HTTPS_PROXY: internet.proxy }
    const ended = await tables(contoso, env, '--ca', 'ca.pem')
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('account')])
    expect(new Set(internet.asked)).toEqual(
      new Set(['login.microsoftonline.com:443', 'contoso.crm4.dynamics.com:443']),
    )
  })

  it('are asked with the password of their address, and what they refuse is told once', async () => {
    internet.password = 'letmein'
    const named = internet.proxy.replace('//', '//me:letmein@')
    const env = { DATAVERSE_TOKEN: 'a-token' }
    expect((await tables(contoso, { ...env, HTTPS_PROXY: named }, '--ca', 'ca.pem')).code).toBe(0)
    internet.asked.length = 0
    const refused = await tables(contoso, { ...env, https_proxy: internet.proxy }, '--ca', 'ca.pem')
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/The proxy refused with 407: check the user and password in HTTPS_PROXY/),
    ])
    expect(internet.asked).toHaveLength(1)
  })

  it('are used for http: too, and not for what NO_PROXY names', async () => {
    expect((await tables(emulator.url, { HTTP_PROXY: internet.proxy })).code).toBe(0)
    expect(internet.asked).toContain(new URL(emulator.url).host)
    internet.asked.length = 0
    expect((await tables(emulator.url, { HTTP_PROXY: internet.proxy, NO_PROXY: '127.0.0.1' })).code).toBe(0)
    expect(internet.asked).toEqual([])
  })

  it.each([
    ['is no address', { HTTPS_PROXY: 'ftp://me:letmein@x' }, [], /HTTPS_PROXY names a proxy like/],
    [
      'has a certificate file that is not there',
      {},
      ['--ca', 'none.pem'],
      /--ca: none.pem cannot be read|--ca: .*none.pem cannot be read/,
    ],
    ['has a file that is no certificate', {}, ['--ca', 'no.pem'], /--ca: .*no.pem holds no certificate/],
  ])('are wrong arguments where one %s', async (_, env, args, message) => {
    const ended = await tables(contoso, { DATAVERSE_TOKEN: 'a-token', ...env }, ...args)
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(message)])
    expect(ended.stderr).not.toContain('letmein')
  })
})

describe('hints', () => {
  it('name the flag for a certificate that nobody trusts', async () => {
    const env = { DATAVERSE_TOKEN: 'a-token', HTTPS_PROXY: internet.proxy }
    const untrusted = await tables(contoso, env)
    expect([untrusted.code, untrusted.stderr]).toEqual([
      1,
      expect.stringMatching(/TLS connection failed .*name the file of its certificate with --ca/),
    ])
  })

  it('name the flag of the time that was too short', async () => {
    emulator.faults.add({ latencyMs: 1 })
    const args = ['tables', '--from', emulator.url, '--headers-timeout', '0.1']
    const started = startDeltaverse(args, { cwd })
    await started.until(/no answer within --headers-timeout.*Attempt 2 of 6/)
    expect(await started.end('SIGTERM')).toBe(143)
  })
})

it('a job file says the same, with paths of its folder', async () => {
  writeFileSync(
    join(cwd, 'deltaverse.yaml'),
    `connections:
  crm: { dataverse: ${contoso}, ca: ca.pem, connectTimeoutSeconds: 5, headersTimeoutSeconds: 30, bodyTimeoutSeconds: 30 }
jobs:
  out: { pull: { from: crm, tables: { account: {} } }, to: { files: data } }
`,
  )
  const env = { ...secrets, HTTPS_PROXY: internet.proxy }
  const ended = await runDeltaverse(['run', '--file', join(cwd, 'deltaverse.yaml'), '--json'], {
    cwd: tmpdir(),
    env,
  })
  expect([ended.code, ended.json().jobs[0]]).toMatchObject([0, { tables: [{ rows: 1 }] }])
})
