import { describe, expect, it } from 'vitest'
import { UsageError } from '../program/usage-error.js'
import { type CredentialSettings, chooseCredential } from './choose-credential.js'

const settings: CredentialSettings = {
  url: 'https://contoso.crm4.dynamics.com',
  auth: undefined,
  tenantId: undefined,
  clientId: undefined,
  cloud: undefined,
}
const ids = { AZURE_TENANT_ID: 'contoso.onmicrosoft.com', AZURE_CLIENT_ID: 'an-application' }
const choose = (given: Partial<CredentialSettings>, env: Record<string, string> = {}) =>
  chooseCredential({ ...settings, ...given }, env, () => undefined)

describe('chooseCredential()', () => {
  it.each(['http://localhost:8088', 'http://127.0.0.1:8088', 'http://[::1]:8088'])(
    'needs none for %s',
    async (url) => {
      expect(await choose({ url })).toBeUndefined()
    },
  )

  it('takes a token from the environment, and hands it on', async () => {
    const credential = await choose({}, { DATAVERSE_TOKEN: 'a-token' })
    expect(await credential?.getToken('https://contoso.crm4.dynamics.com/.default')).toMatchObject({
      token: 'a-token',
    })
  })

  it('signs in on this machine too when told how', async () => {
    const credential = await choose(
      { url: 'http://localhost:8088', auth: 'token' },
      { DATAVERSE_TOKEN: 'a-token' },
    )
    expect(credential).toBeDefined()
  })

  it.each([
    ['client-secret', {}, { ...ids, AZURE_CLIENT_SECRET: 's3cret' }],
    [
      'client-secret',
      { tenantId: 'a.test', clientId: 'b', cloud: 'us-dod' },
      { AZURE_CLIENT_SECRET: 's3cret' },
    ],
    ['managed-identity', {}, {}],
    ['device-code', { clientId: 'b' }, {}],
  ] as const)('makes a credential for %s', async (auth, given, env) => {
    expect(await choose({ auth, ...given }, env)).toMatchObject({ getToken: expect.any(Function) })
  })

  it('follows the environment variables when not told how', async () => {
    expect(await choose({}, { ...ids, AZURE_CLIENT_SECRET: 's3cret' })).toBeDefined()
    expect(await choose({}, { DATAVERSE_AUTH: 'managed-identity' })).toBeDefined()
  })

  it.each([
    ['anything', {}, {}, /no credential: set AZURE_TENANT_ID/],
    ['the token', { auth: 'token' }, {}, /--auth token needs DATAVERSE_TOKEN/],
    ['the tenant', { auth: 'client-secret' }, {}, /needs --tenant-id or AZURE_TENANT_ID/],
    ['the application', { auth: 'client-secret', tenantId: 'a' }, {}, /needs --client-id or AZURE_CLIENT_ID/],
    ['the secret', { auth: 'client-secret' }, ids, /needs AZURE_CLIENT_SECRET/],
    ['the certificate', { auth: 'certificate' }, ids, /needs AZURE_CLIENT_CERTIFICATE_PATH/],
    [
      'an empty secret',
      { auth: 'client-secret' },
      { ...ids, AZURE_CLIENT_SECRET: '' },
      /needs AZURE_CLIENT_SECRET/,
    ],
    ['a way that exists', {}, { DATAVERSE_AUTH: 'password' }, /DATAVERSE_AUTH must be one of/],
  ] as const)('says so when it misses %s', async (_, given, env, expected) => {
    const failure = await choose(given, env).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UsageError)
    expect((failure as Error).message).toMatch(expected)
  })
})
