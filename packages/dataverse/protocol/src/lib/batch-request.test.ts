import { describe, expect, it } from 'vitest'
import { formatBatchRequest } from './batch-request.js'

const options = { boundary: 'batch_1' }

describe('formatBatchRequest()', () => {
  it('ends every line with CRLF, the last one as well', () => {
    const { body, contentType } = formatBatchRequest(
      [
        {
          method: 'PATCH',
          path: "/api/data/v9.2/accounts(accountnumber='A1')",
          headers: { 'If-Match': '*' },
          body: '{"name":"Alfa"}',
        },
      ],
      options,
    )
    expect(contentType).toBe('multipart/mixed; boundary="batch_1"')
    expect(body.toString()).toBe(
      [
        '--batch_1',
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        "PATCH /api/data/v9.2/accounts(accountnumber='A1') HTTP/1.1",
        'If-Match: *',
        'Content-Type: application/json',
        '',
        '{"name":"Alfa"}',
        '--batch_1--',
        '',
        '',
      ].join('\r\n'),
    )
  })

  it('puts two empty lines behind a request without a body', () => {
    const { body } = formatBatchRequest([{ method: 'DELETE', path: '/api/data/v9.2/accounts(1)' }], options)
    expect(body.toString()).toContain('HTTP/1.1\r\n\r\n\r\n--batch_1--\r\n')
  })

  it('numbers the parts of all changesets', () => {
    const part = { method: 'POST', path: '/api/data/v9.2/accounts', body: '{}' }
    const text = formatBatchRequest(
      [{ changeset: [part, part] }, part, { changeset: [part] }],
      options,
    ).body.toString()
    expect(text.match(/Content-ID: \d/g)).toEqual(['Content-ID: 1', 'Content-ID: 2', 'Content-ID: 3'])
    expect(text).not.toMatch(/[^\r]\n/)
    expect(text.match(/boundary="[^"]+"/g)).toEqual(['boundary="batch_1_c0"', 'boundary="batch_1_c2"'])
  })

  it('keeps bytes of other alphabets', () => {
    const { body } = formatBatchRequest([{ method: 'POST', path: '/a', body: '{"name":"Łódź"}' }], options)
    expect(body.includes(Buffer.from('Łódź'))).toBe(true)
  })

  it('refuses what would break the text', () => {
    const part = { method: 'GET', path: '/a' }
    expect(() => formatBatchRequest([], options)).toThrow(RangeError)
    expect(() => formatBatchRequest(Array(1_001).fill(part), options)).toThrow('1001')
    expect(() => formatBatchRequest([part], { boundary: 'a b' })).toThrow(TypeError)
    expect(() => formatBatchRequest([{ changeset: [part] }], options)).toThrow('cannot hold a GET')
    expect(() => formatBatchRequest([{ ...part, path: '/a b' }], options)).toThrow('visible ASCII')
    expect(() => formatBatchRequest([{ ...part, path: 'accounts' }], options)).toThrow(TypeError)
    expect(() => formatBatchRequest([{ ...part, method: 'G\r\n' }], options)).toThrow(TypeError)
    expect(() => formatBatchRequest([{ ...part, headers: { Prefer: 'a\r\nb: c' } }], options)).toThrow(
      '"Prefer"',
    )
  })
})
