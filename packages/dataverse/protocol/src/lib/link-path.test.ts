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

  it.each([
    ['https://gateway.example/api/data/v9.2/accounts?$skiptoken=1', 'the path of the gateway is missing'],
    ['https://gateway.example/crm/api/data/v9.2/accounts?$skiptoken=1', 'it is there'],
    ['https://inside.local/org/api/data/v9.2/accounts?$skiptoken=1', 'another one is there'],
    ['/api/data/v9.2/accounts?$skiptoken=1', 'the link has no host'],
    ['/CRM/API/Data/v9.2/accounts?$skiptoken=1', 'the case differs'],
    ['accounts?$skiptoken=1', 'it is relative'],
  ])('puts %s behind the service root: %s', (link) => {
    expect(linkToPath('https://gateway.example/crm/api/data/v9.2', link)).toBe(
      '/crm/api/data/v9.2/accounts?$skiptoken=1',
    )
  })

  it('looks for the service in the path alone, and keeps every character behind it', () => {
    const query = "accounts(name='/api/data/v9.2/x')?$filter=contains(name,'/api/data/v9.2/')&x=%2fapi"
    expect(linkToPath(root, `https://other/a/api/data/v9.2/${query}`)).toBe(`/api/data/v9.2/${query}`)
    expect(linkToPath(root, '/page?next=/crm/api/data/v9.2/accounts')).toBe(
      '/page?next=/crm/api/data/v9.2/accounts',
    )
    fc.assert(
      fc.property(fc.string(), (tail) => {
        const path = tail.replaceAll(/[?#]/g, '')
        expect(
          linkToPath('https://gateway/crm/api/data/v9.2', `https://host/api/data/v9.0/${path}?${tail}`),
        ).toBe(`/crm/api/data/v9.2/${path}?${tail}`)
      }),
    )
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
