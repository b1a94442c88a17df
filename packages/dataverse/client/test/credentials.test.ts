import { createPrivateKey } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { TokenCredential } from '@deltaverse/client'
import {
  clientCertificateCredential,
  clientSecretCredential,
  managedIdentityCredential,
} from '@deltaverse/client/credentials'
import { Agent } from 'undici'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type AuthorityHandler,
  type FakeAuthority,
  startFakeAuthority,
  tokenAnswer,
} from './fake-authority.js'
import { makeCertificate, type TestCertificate } from './make-certificate.js'
import { startServer } from './start-server.js'

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

const failureOf = (credential: TokenCredential): Promise<unknown> =>
  credential.getToken(scope).then(
    () => expect.unreachable('a token came'),
    (error: unknown) => error,
  )

function partOf(assertion: string | null, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(assertion?.split('.')[index] ?? '', 'base64url').toString('utf8'))
}

describe('clientSecretCredential()', () => {
  it('asks the authority of the tenant for the scope', async () => {
    const authority = await fake(() => tokenAnswer('app-token'))
    const credential = clientSecretCredential({
      tenantId: 'contoso',
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    const before = Date.now()
    const token = await credential.getToken([scope])
    expect(token?.token).toBe('app-token')
    expect(token?.expiresOnTimestamp).toBeGreaterThan(before + 3_500_000)
    const [request] = authority.requests
    expect(request?.url).toMatch(/^https:\/\/login\.microsoftonline\.com\/contoso\/oauth2\/v2\.0\/token/)
    expect(Object.fromEntries(request?.form ?? [])).toMatchObject({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    })
    expect(request?.form.get('scope')).toContain(scope)
  })

  it('keeps its token, unless a new one is wanted', async () => {
    const authority = await fake((_request, index) => tokenAnswer(`token-${index}`))
    const credential = clientSecretCredential({
      tenantId: 'contoso',
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    expect((await credential.getToken(scope))?.token).toBe('token-0')
    expect((await credential.getToken(scope))?.token).toBe('token-0')
    expect((await credential.getToken(scope, { forceRefresh: true }))?.token).toBe('token-1')
    const claims = '{"access_token":{"nbf":{"essential":true}}}'
    expect((await credential.getToken(scope, { claims }))?.token).toBe('token-2')
    expect(authority.requests[2]?.form.get('claims')).toContain('nbf')
  })

  it.each([
    ['us-government', 'login.microsoftonline.us'],
    ['us-dod', 'login.microsoftonline.us'],
    ['china', 'login.partner.microsoftonline.cn'],
  ] as const)('asks the authority of %s', async (cloud, host) => {
    const authority = await fake(() => tokenAnswer('t'))
    const credential = clientSecretCredential({
      tenantId: 'contoso',
      clientId,
      clientSecret,
      cloud,
      dispatcher: authority.dispatcher,
    })
    await credential.getToken(scope)
    expect(authority.requests.map(({ url }) => new URL(url).host)).toContain(host)
    expect(authority.requests.map(({ url }) => new URL(url).host)).not.toContain('login.microsoftonline.com')
  })

  it('finds the endpoints of an AD FS by itself', async () => {
    const adfs = 'https://adfs.contoso.local/adfs'
    const authority = await fake(({ url }) =>
      url.includes('openid-configuration')
        ? {
            body: {
              issuer: adfs,
              authorization_endpoint: `${adfs}/oauth2/authorize/`,
              token_endpoint: `${adfs}/oauth2/token/`,
              jwks_uri: `${adfs}/discovery/keys`,
            },
          }
        : tokenAnswer('adfs-token'),
    )
    const credential = clientSecretCredential({
      authority: adfs,
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    expect((await credential.getToken('https://crm.contoso.local/.default'))?.token).toBe('adfs-token')
    expect(authority.requests.map(({ url }) => url.replace(/\?.*/, ''))).toEqual([
      `${adfs}/.well-known/openid-configuration`,
      `${adfs}/oauth2/token/`,
    ])
  })

  it('says what the authority said, without the secret', async () => {
    const authority = await fake(() => ({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: `AADSTS7000215: Invalid secret '${clientSecret}' provided.`,
      },
    }))
    const credential = clientSecretCredential({
      tenantId: 'contoso',
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    const error = await failureOf(credential)
    expect(error).toMatchObject({ code: 'unauthorized', retryable: false })
    expect(String(error)).toContain('AADSTS7000215')
    expect(String(error)).toContain('Check the credential')
    for (const value of [error, credential]) {
      const text = inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true })
      expect(text).not.toContain('SuperSecret')
      expect(JSON.stringify(value)).not.toContain('SuperSecret')
    }
  })

  it('refuses an answer that is far too long for a token', async () => {
    const authority = await fake(() => ({ body: `{"access_token":"${'x'.repeat(2_000_000)}"}` }))
    const credential = clientSecretCredential({
      tenantId: 'contoso',
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    expect(await failureOf(credential)).toMatchObject({
      code: 'bad-response',
      message: expect.stringContaining("Check the authority's address"),
    })
  })

  it('calls a busy or unreachable authority retryable', async () => {
    const busy = await fake(() => ({ status: 503, body: '<html>busy</html>' }))
    const options = { tenantId: 'contoso', clientId, clientSecret }
    expect(
      await failureOf(clientSecretCredential({ ...options, dispatcher: busy.dispatcher })),
    ).toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    const server = await startServer((request) => request.socket.destroy())
    const agent = new Agent()
    cleanUp.push(server.close, () => agent.destroy())
    const dispatcher = agent.compose(
      (dispatch) => (request, handler) => dispatch({ ...request, origin: server.url }, handler),
    )
    expect(await failureOf(clientSecretCredential({ ...options, dispatcher }))).toMatchObject({
      code: 'no-response',
      retryable: true,
    })
  })

  it('stops waiting when the signal aborts', async () => {
    const reason = new Error('no')
    const controller = new AbortController()
    const authority = await fake(() => {
      controller.abort(reason)
      return tokenAnswer('t')
    })
    const credential = clientSecretCredential({
      tenantId: 'contoso',
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    await expect(credential.getToken(scope, { abortSignal: controller.signal })).rejects.toBe(reason)
  })

  it.each([
    ['no secret', { tenantId: 'contoso', clientId }, 'clientSecret is required'],
    ['an empty client id', { tenantId: 'c', clientId: '', clientSecret }, 'clientId must be text'],
    [
      'neither tenant nor authority',
      { clientId, clientSecret },
      'tenantId is required unless authority is given',
    ],
    ['a tenant that is a path', { tenantId: 'a/b', clientId, clientSecret }, 'tenantId must be'],
    ['both', { tenantId: 'c', authority: 'https://a/adfs', clientId, clientSecret }, 'received both'],
    ['an authority in clear', { authority: 'http://a/adfs', clientId, clientSecret }, 'https address'],
    ['a cloud of its own', { tenantId: 'c', cloud: 'mars', clientId, clientSecret }, "received 'mars'"],
    ['a name that is none', { clientSecrets: clientSecret }, 'Did you mean clientSecret?'],
  ])('is refused with %s', (_name, options, message) => {
    const refused = (): unknown => clientSecretCredential(options as never)
    expect(refused).toThrow(message)
    expect(refused).not.toThrow('SuperSecret')
  })
})

describe('clientCertificateCredential()', () => {
  let certificate: TestCertificate
  beforeAll(async () => {
    certificate = await makeCertificate()
  })

  async function signWith(options: object): Promise<Record<string, unknown>> {
    const authority = await fake(() => tokenAnswer('cert-token'))
    const credential = clientCertificateCredential({
      tenantId: 'contoso',
      clientId,
      certificate: '',
      dispatcher: authority.dispatcher,
      ...options,
    })
    expect((await credential.getToken(scope))?.token).toBe('cert-token')
    return partOf(authority.requests.at(-1)?.form.get('client_assertion') ?? null, 0)
  }

  async function file(name: string, content: string | Buffer): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'deltaverse-'))
    cleanUp.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, name), content)
    return join(folder, name)
  }

  it('signs with a PEM and names the SHA-256 thumbprint', async () => {
    const header = await signWith({ certificate: certificate.pem })
    const thumbprint = Buffer.from(String(header['x5t#S256']), 'base64url').toString('hex').toUpperCase()
    expect(thumbprint).toBe(certificate.thumbprintSha256)
    expect(header).not.toHaveProperty('x5c')
  })

  it('sends the chain when asked to', async () => {
    const header = await signWith({ certificate: certificate.pem, sendCertificateChain: true })
    const body = certificate.certificate.replace(/-----[^-]+-----|\s/g, '')
    expect(header.x5c).toEqual([body])
  })

  it('reads files and contents, PEM and PFX, with and without a password', async () => {
    const thumbprints: unknown[] = []
    for (const options of [
      { certificate: await file('app.pem', certificate.pem) },
      { certificate: Buffer.from(certificate.pem) },
      { certificate: await file('app.pfx', certificate.pfx('pass')), password: 'pass' },
      { certificate: new Uint8Array(certificate.pfx('pass', '3des')), password: 'pass' },
      { certificate: certificate.pfx('') },
    ]) {
      thumbprints.push((await signWith(options))['x5t#S256'])
    }
    expect(new Set(thumbprints).size).toBe(1)
  })

  it('opens an encrypted key', async () => {
    const encrypted = createPrivateKey(certificate.privateKey)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass' })
      .toString()
    await signWith({ certificate: `${encrypted}\n${certificate.certificate}`, password: 'pass' })
  })

  it('says what is wrong with a certificate, without content or password', async () => {
    const other = await makeCertificate()
    for (const [options, message] of [
      [{ certificate: '/nowhere/app.pem' }, 'cannot be read (ENOENT)'],
      [{ certificate: certificate.certificate }, 'no private key'],
      [{ certificate: certificate.privateKey }, 'no certificate in it belongs to the private key'],
      [{ certificate: certificate.privateKey + other.certificate }, 'no certificate in it belongs'],
      [{ certificate: certificate.pfx('pass'), password: 'wrong-Pass' }, 'a PFX that this password opens'],
      [{ certificate: Buffer.from('garbage') }, 'neither PEM nor a PFX'],
    ] as const) {
      const error = await failureOf(clientCertificateCredential({ tenantId: 'c', clientId, ...options }))
      expect(error).toMatchObject({ code: 'unauthorized' })
      expect(String(error)).toContain(message)
      expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toMatch(
        /wrong-Pass|BEGIN/,
      )
    }
  })

  it('reads a file again after a failure', async () => {
    const authority = await fake(() => tokenAnswer('t'))
    const path = await file('app.pem', 'not yet')
    const credential = clientCertificateCredential({
      tenantId: 'c',
      clientId,
      certificate: path,
      dispatcher: authority.dispatcher,
    })
    await failureOf(credential)
    await writeFile(path, certificate.pem)
    expect((await credential.getToken(scope))?.token).toBe('t')
  })
})

describe('managedIdentityCredential()', () => {
  it('asks the metadata service by resource', async () => {
    const server = await startServer((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: 'mi-token', expires_in: '3600', token_type: 'Bearer' }))
    })
    cleanUp.push(server.close)
    vi.stubEnv('AZURE_POD_IDENTITY_AUTHORITY_HOST', server.url)
    const credential = managedIdentityCredential({ clientId })
    const token = await credential.getToken(scope)
    vi.unstubAllEnvs()
    expect(token?.token).toBe('mi-token')
    const url = new URL(server.requests[0]?.url ?? '', server.url)
    expect(url.searchParams.get('resource')).toBe('https://contoso.crm4.dynamics.com')
    expect([...url.searchParams.values()]).toContain(clientId)
    expect(server.requests[0]?.headers.metadata).toBe('true')
  })

  it('takes one id', () => {
    expect(() => managedIdentityCredential({ clientId, objectId: clientId })).toThrow('at most one')
    expect(() => managedIdentityCredential({ clientID: clientId } as never)).toThrow('Did you mean clientId?')
  })
})
