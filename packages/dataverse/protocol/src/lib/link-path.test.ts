import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkToPath } from './link-path.js'

const root = 'https://contoso.crm4.dynamics.com/api/data/v9.2'

describe('linkToPath()', () => {
  it('keeps the encoding of a delta link as it came', () => {
    const rest = '/api/data/v9.2/accounts?$select=name&$deltatoken=919042%2108%2f22%2f2017%2008%3a10%3a44'
    expect(linkToPath(root, `https://contoso.crm4.dynamics.com${rest}`)).toBe(rest)
  })

  it('drops host, port and user of the link, whatever they are', () => {
    expect(linkToPath(root, 'http://ada:pw@evil.example:99/api?x=1')).toBe('/api?x=1')
    expect(linkToPath(root, 'https://contoso.crm4.dynamics.com')).toBe('/')
    expect(linkToPath(root, 'https://contoso.crm4.dynamics.com?x')).toBe('/?x')
  })

  it('reads relative links', () => {
    expect(linkToPath(root, 'accounts?$skiptoken=1')).toBe('/api/data/v9.2/accounts?$skiptoken=1')
    expect(linkToPath(`https://host/org/api/data/v9.1`, 'accounts(1)')).toBe('/org/api/data/v9.1/accounts(1)')
    expect(linkToPath(root, '/api/data/v9.2/accounts')).toBe('/api/data/v9.2/accounts')
  })

  it('changes no character after the host', () => {
    fc.assert(
      fc.property(fc.string(), fc.webAuthority(), (tail, host) => {
        expect(linkToPath(root, `https://${host}/${tail}`)).toBe(`/${tail}`)
      }),
    )
  })

  it.each(['', 'ftp://host/x', 'javascript://x'])('refuses %j', (link) => {
    expect(() => linkToPath(root, link)).toThrow(TypeError)
  })
})
