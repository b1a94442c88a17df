import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBatchResponse, parseBatchResponse } from './batch-response.js'

const type = 'multipart/mixed; boundary=batchresponse_1'

function text(...lines: string[]): string {
  return lines.join('\r\n')
}

const done = [
  'Content-Type: application/http',
  'Content-Transfer-Encoding: binary',
  '',
  'HTTP/1.1 204 No Content',
  'OData-Version: 4.0',
  'OData-EntityId: https://x/accounts(1)',
  '',
  '',
]

describe('parseBatchResponse()', () => {
  it('reads answers in order, with and without a body', () => {
    const body = text(
      '--batchresponse_1',
      ...done,
      '--batchresponse_1',
      'Content-Type: application/http',
      '',
      'HTTP/1.1 400 Bad Request',
      'Content-Type: application/json; odata.metadata=minimal',
      '',
      '{"error":{"code":"0x80044331","message":"--batchresponse_1"}}',
      '--batchresponse_1--',
      '',
    )
    const { items, complete } = parseBatchResponse(body, type)
    expect(complete).toBe(true)
    expect(items).toEqual([
      {
        status: 204,
        headers: { 'odata-version': '4.0', 'odata-entityid': 'https://x/accounts(1)' },
        body: '',
      },
      {
        status: 400,
        headers: { 'content-type': 'application/json; odata.metadata=minimal' },
        body: '{"error":{"code":"0x80044331","message":"--batchresponse_1"}}',
      },
    ])
  })

  it('reads changesets with their Content-IDs', () => {
    const body = text(
      '--batchresponse_1',
      'Content-Type: multipart/mixed; boundary="changesetresponse_2"',
      '',
      '--changesetresponse_2',
      'Content-Type: application/http',
      'Content-ID: 7',
      '',
      'HTTP/1.1 412 Precondition Failed',
      '',
      '{}',
      '--changesetresponse_2--',
      '--batchresponse_1--',
    )
    expect(parseBatchResponse(body, type)).toEqual({
      items: [{ changeset: [{ status: 412, headers: {}, body: '{}', contentId: '7' }] }],
      complete: true,
    })
  })

  it('gives the answers that are there in full when the body ends early', () => {
    const whole = text('--batchresponse_1', ...done, '--batchresponse_1', ...done, '--batchresponse_1--', '')
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        const { items, complete } = parseBatchResponse(whole.slice(0, length), type)
        expect(items.length).toBeLessThanOrEqual(2)
        for (const item of items) expect(item).toMatchObject({ status: 204 })
        if (complete) expect(items).toHaveLength(2)
      }),
    )
    expect(parseBatchResponse(whole.slice(0, whole.length - 25), type)).toMatchObject({ complete: false })
  })

  it('takes LF for CRLF, and the status without a known phrase', () => {
    const body = `--b\nContent-Type: application/http\n\nHTTP/1.1 429 Unknown Status Code\nRetry-After: 3\n\n{"ErrorCode":"0x80072322"}\n--b--\n`
    expect(parseBatchResponse(body, 'multipart/mixed;boundary="b"')).toEqual({
      items: [{ status: 429, headers: { 'retry-after': '3' }, body: '{"ErrorCode":"0x80072322"}' }],
      complete: true,
    })
  })

  it('refuses an answer whose boundary nobody knows', () => {
    expect(isBatchResponse('application/json')).toBe(false)
    expect(isBatchResponse(undefined)).toBe(false)
    expect(isBatchResponse(type)).toBe(true)
    expect(() => parseBatchResponse('', 'multipart/mixed')).toThrow(TypeError)
  })
})
