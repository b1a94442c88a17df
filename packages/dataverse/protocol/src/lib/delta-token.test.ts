import { describe, expect, it } from 'vitest'
import { parseDeltaToken } from './delta-token.js'

describe('parseDeltaToken()', () => {
  it('decodes lower-case and upper-case escapes alike', () => {
    const link = 'https://x/api/data/v9.2/contacts?$select=fullname&$deltatoken='
    expect(parseDeltaToken(`${link}919042%2108%2f22%2f2017%2008%3a10%3a44`)).toBe(
      '919042!08/22/2017 08:10:44',
    )
    expect(parseDeltaToken(`${link}12644418993%2110%2F06%2F2022%2020%3A06%3A12`)).toBe(
      '12644418993!10/06/2022 20:06:12',
    )
  })

  it('tells when there is none, and keeps what it cannot decode', () => {
    expect(parseDeltaToken('/contacts?$select=fullname')).toBeUndefined()
    expect(parseDeltaToken('/contacts?$deltatoken=%E0%A4%A')).toBe('%E0%A4%A')
  })
})
