import { credentialFromEnvironment } from '@deltaverse/client/credentials'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type AuthorityHandler,
  type FakeAuthority,
  startFakeAuthority,
  tokenAnswer,
} from './fake-authority.js'

const scope = 'https://contoso.crm4.dynamics.com/.default'
const clientId = '00000000-0000-0000-0000-00000000c11e'
const clientSecret = 'Hunter2~SuperSecret'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close()
})

async function fake(answer: AuthorityHandler): Promise<FakeAuthority> {
  const authority = await startFakeAuthority(answer)
  cleanUp.push(authority.close)
  return authority
}

describe('credentialFromEnvironment()', () => {
  const url = 'https://contoso.crm.microsoftdynamics.us'
  const application = { AZURE_TENANT_ID: 'contoso', AZURE_CLIENT_ID: clientId }

  it('takes a token as it is', async () => {
    const credential = credentialFromEnvironment({ DATAVERSE_TOKEN: ' Bearer abc ' }, url)
    expect((await credential.getToken(scope))?.token).toBe('abc')
  })

  it('believes the expiry that a token names', async () => {
    const inADay = Math.floor(Date.now() / 1000) + 86_400
    const jwt = `e30.${Buffer.from(JSON.stringify({ exp: inADay })).toString('base64url')}.x`
    const token = await credentialFromEnvironment({ DATAVERSE_TOKEN: jwt }, url).getToken(scope)
    expect(token?.expiresOnTimestamp).toBe(inADay * 1000)
    const opaque = await credentialFromEnvironment({ DATAVERSE_TOKEN: 'e30.e30.x' }, url).getToken(scope)
    expect(opaque?.expiresOnTimestamp).toBeGreaterThan(Date.now())
  })

  it('signs an application in at the cloud of the environment', async () => {
    const authority = await fake(() => tokenAnswer('t'))
    const credential = credentialFromEnvironment({ ...application, AZURE_CLIENT_SECRET: clientSecret }, url, {
      dispatcher: authority.dispatcher,
    })
    expect((await credential.getToken(scope))?.token).toBe('t')
    expect(authority.requests.at(-1)?.url).toContain('https://login.microsoftonline.us/contoso/')
  })

  it('reads a certificate', async () => {
    const env = { ...application, AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere.pem' }
    await expect(credentialFromEnvironment(env, url).getToken(scope)).rejects.toThrow('/nowhere.pem')
  })

  it('knows the other ways', () => {
    expect(credentialFromEnvironment({ DATAVERSE_AUTH: 'managed-identity' }, url)).toHaveProperty('getToken')
    const env = { DATAVERSE_AUTH: 'device-code', AZURE_CLIENT_ID: clientId }
    expect(credentialFromEnvironment(env, url, { onEvent: () => {} })).toHaveProperty('getToken')
  })

  it.each([
    [
      {},
      'AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH are not set',
    ],
    [
      { ...application, AZURE_CLIENT_SECRET: '' },
      ': AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH is not set',
    ],
    [{ AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret }, ': AZURE_TENANT_ID is not set'],
    [{ DATAVERSE_AUTH: 'device-code' }, 'needs AZURE_CLIENT_ID'],
    [{ DATAVERSE_AUTH: 'device-code', AZURE_CLIENT_ID: clientId }, 'somebody to show the code to'],
    [{ DATAVERSE_AUTH: 'magic' }, 'received "magic"'],
  ])('names what is missing in %o', (env, message) => {
    const refused = (): unknown => credentialFromEnvironment(env, url)
    expect(refused).toThrow(message)
    expect(refused).not.toThrow('SuperSecret')
  })
})
