import { describe, expect, it } from 'vitest'
import { redactSecrets } from './redact.js'

describe('redactSecrets()', () => {
  it.each([
    ['token eyJhbGciOiJS.eyJhdWQiOi.sig-_x end', 'token [token] end'],
    ['Authorization: Bearer abcdefgh.ijk==', 'Authorization: Bearer [token]'],
    ['grant=x&client_secret=hunter2&scope=y', 'grant=x&client_secret=[secret]&scope=y'],
    ['{"refresh_token":"0.AbC","n":1}', '{"refresh_token":"[secret]","n":1}'],
    ['AADSTS7000215: Invalid client secret provided.', 'AADSTS7000215: Invalid client secret provided.'],
  ])('%s', (text, expected) => {
    expect(redactSecrets(text)).toBe(expected)
  })

  it('blots out what is known to be secret, wherever it stands', () => {
    expect(redactSecrets('xhunter2x', ['hunter2', ''])).toBe('x[secret]x')
  })
})
