import { inspect } from 'node:util'
import {
  type CredentialEvent,
  clientSecretCredential,
  deviceCodeCredential,
} from '@deltaverse/client/credentials'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type AuthorityAnswer,
  type AuthorityHandler,
  type FakeAuthority,
  startFakeAuthority,
  type TokenRequest,
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

type AuthorityOverride = (request: TokenRequest) => AuthorityAnswer | undefined

describe('deviceCodeCredential()', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const idToken = `${encode({ alg: 'none' })}.${encode({
    aud: clientId,
    iss: 'https://login.microsoftonline.com/contoso/v2.0',
    oid: 'o',
    sub: 's',
    tid: 'contoso',
    preferred_username: 'ada@contoso.com',
  })}.x`
  const clientInfo = encode({ uid: 'o', utid: 'contoso' })

  function userAuthority(override?: AuthorityOverride): Promise<FakeAuthority> {
    return fake((request, index) => {
      const { url, form } = request
      const other = override?.(request)
      if (other !== undefined) return other
      if (url.includes('/devicecode')) {
        return {
          body: {
            user_code: 'ABC123',
            device_code: 'device-secret',
            verification_uri: 'https://microsoft.com/devicelogin',
            expires_in: 900,
            interval: 0,
            kind: 'device-code',
            message: 'Enter ABC123',
          },
        }
      }
      return tokenAnswer(`user-${index}`, {
        id_token: idToken,
        client_info: clientInfo,
        refresh_token: `refresh-${index}`,
        scope: form.get('scope') ?? '',
      })
    })
  }

  it('shows the code, then renews silently', async () => {
    const authority = await userAuthority()
    const codes: CredentialEvent[] = []
    const credential = deviceCodeCredential({
      tenantId: 'contoso',
      clientId,
      onEvent: (event) => codes.push(event),
      dispatcher: authority.dispatcher,
    })
    expect((await credential.getToken(scope))?.token).toBe('user-1')
    expect(codes).toEqual([
      {
        kind: 'device-code',
        message: 'Enter ABC123',
        userCode: 'ABC123',
        verificationUri: 'https://microsoft.com/devicelogin',
        expiresInMs: 900_000,
      },
    ])
    expect(authority.requests[0]?.form.get('scope')).toContain(
      'https://contoso.crm4.dynamics.com/user_impersonation',
    )
    expect((await credential.getToken(scope))?.token).toBe('user-1')
    expect((await credential.getToken(scope, { forceRefresh: true }))?.token).toBe('user-2')
    expect(authority.requests[2]?.form.get('refresh_token')).toBe('refresh-1')
    expect(codes).toHaveLength(1)
    expect(inspect(credential, { showHidden: true, depth: Number.POSITIVE_INFINITY })).not.toMatch(
      /refresh-|user-1/,
    )
  })

  it('asks the user again when the refresh token is dead, but not when the authority is busy', async () => {
    let answer: AuthorityAnswer | undefined
    const authority = await userAuthority(({ form }) =>
      form.get('grant_type') === 'refresh_token' ? answer : undefined,
    )
    const codes: CredentialEvent[] = []
    const onEvent = (event: CredentialEvent) => codes.push(event)
    const credential = deviceCodeCredential({
      tenantId: 'contoso',
      clientId,
      onEvent,
      dispatcher: authority.dispatcher,
    })
    await credential.getToken(scope)
    answer = { status: 503, body: 'busy' }
    await expect(credential.getToken(scope, { forceRefresh: true })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    })
    expect(codes).toHaveLength(1)
    const suberror = 'bad_token'
    answer = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'AADSTS700082: expired', suberror },
    }
    expect((await credential.getToken(scope, { forceRefresh: true }))?.token).toMatch(/^user-/)
    expect(codes).toHaveLength(2)
  })

  it('stops polling when the signal aborts', async () => {
    const controller = new AbortController()
    const reason = new Error('nobody came')
    let polls = 0
    const authority = await userAuthority(({ form }) => {
      if (!form.has('device_code')) return undefined
      polls++
      controller.abort(reason)
      return { status: 400, body: { error: 'authorization_pending' } }
    })
    const credential = deviceCodeCredential({
      tenantId: 'c',
      clientId,
      onEvent: () => {},
      dispatcher: authority.dispatcher,
    })
    await expect(credential.getToken(scope, { abortSignal: controller.signal })).rejects.toBe(reason)
    // Time for a poll that must not come: as many answers of the same authority as it would have needed, and more.
    const other = clientSecretCredential({
      tenantId: 'c',
      clientId,
      clientSecret,
      dispatcher: authority.dispatcher,
    })
    for (let turn = 0; turn < 20; turn++) await other.getToken(scope, { forceRefresh: true })
    expect(polls).toBe(1)
  })

  it('insists on somebody to show the code to', () => {
    expect(() => deviceCodeCredential({ tenantId: 'c', clientId } as never)).toThrow(
      'onEvent is required: Shows the code to the user.',
    )
  })
})
