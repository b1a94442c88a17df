import { describe, expect, it } from 'vitest'
import { hideLinkTokens, hideQuery } from './url-text.js'

const url =
  'https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$select=name&$deltatoken=919042%2108%2f22'

describe('hideQuery()', () => {
  it('keeps host and path', () => {
    expect(hideQuery(url)).toBe('https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?…')
    expect(hideQuery('https://host/accounts#x')).toBe('https://host/accounts?…')
    expect(hideQuery('https://host/accounts')).toBe('https://host/accounts')
  })
})

describe('hideLinkTokens()', () => {
  it('takes tokens out of the address itself, and out of what others say of it', () => {
    expect(hideLinkTokens(url, url)).toBe(
      'https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$select=name&$deltatoken=…',
    )
    expect(hideLinkTokens('cannot read 919042!08/22 here', url)).toBe('cannot read … here')
    expect(hideLinkTokens('at 919042%2108%2f22', url.replace('$delta', '%24skip'))).toBe('at …')
  })

  it('leaves text alone where there is no token, or one that is hardly one', () => {
    expect(hideLinkTokens('row 2 of 5', 'https://host/accounts?$skiptoken=2')).toBe('row 2 of 5')
    expect(hideLinkTokens('as it is', 'https://host/accounts?$deltatoken=%E0%A4%A')).toBe('as it is')
  })
})
