import { describe, expect, it } from 'vitest'
import { parseClaimsChallenge } from './claims-challenge.js'

const encode = (text: string): string => Buffer.from(text).toString('base64')

describe('parseClaimsChallenge()', () => {
  it('decodes the claims among other parameters and challenges', () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1702682181"}}}'
    const header = `Negotiate, Bearer realm="", error="insufficient_claims", claims="${encode(claims)}"`
    expect(parseClaimsChallenge(header)).toBe(claims)
  })

  it.each([
    undefined,
    '',
    'Bearer authorization_uri=https://login.microsoftonline.com/t/oauth2/authorize, resource_id=https://x/',
    'Bearer claims=""',
    'Bearer claims="%%%"',
    `Bearer claims="${encode('"text"')}"`,
  ])('makes nothing of %j', (header) => {
    expect(parseClaimsChallenge(header)).toBeUndefined()
  })
})
