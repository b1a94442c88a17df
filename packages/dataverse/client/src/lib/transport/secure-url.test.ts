import { describe, expect, it } from 'vitest'
import { assertSecureUrl, isLoopbackHost } from './secure-url.js'

const isLoopback = (url: string): boolean => isLoopbackHost(new URL(url).hostname)

describe('isLoopbackHost()', () => {
  it.each([
    'http://localhost',
    'http://LOCALHOST:80',
    'http://127.0.0.1',
    'http://127.1',
    'http://0x7f.1',
    'http://[::1]',
    'http://[0:0:0:0:0:0:0:1]:8080',
  ])('trusts %s', (url) => expect(isLoopback(url)).toBe(true))

  it.each([
    'http://127.0.0.1.evil.com',
    'http://localhost.evil.com',
    'http://localhost.',
    'http://evil-localhost',
    'http://0.0.0.0',
    'http://128.0.0.1',
    'http://[::2]',
    'http://[::ffff:8.8.8.8]',
    'http://lócalhost',
  ])('does not trust %s', (url) => expect(isLoopback(url)).toBe(false))
})

describe('assertSecureUrl()', () => {
  it('lets http through to other machines for true only', () => {
    expect(() => assertSecureUrl('http://contoso.test', true)).not.toThrow()
    expect(() => assertSecureUrl('http://contoso.test', false)).toThrow(/travel in clear/)
  })

  it.each(['false', 'true', 1, null])('takes no other value for a permission: %j', (value) => {
    expect(() => assertSecureUrl('http://contoso.test', value as never)).toThrow(TypeError)
  })
})
