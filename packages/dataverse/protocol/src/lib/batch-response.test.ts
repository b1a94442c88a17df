import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BatchResponse } from './batch-answer.js'
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

const head = 'Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n'

/** Answers as they come, and as they might. */
const parts = [
  `${head}HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\nOData-EntityId: https://x/accounts(a='ü%20')\r\n\r\n\r\n`,
  `${head}HTTP/1.1 204 No Content\r\n\r\n\r\n`,
  `${head}HTTP/1.1 204 No Content\r\nodata-entityid: https://x/accounts(2)\r\n\r\n`,
  `${head}HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{"error":{"code":"0x1","message":"Łódź"}}\r\n`,
  `${head}HTTP/1.1 201 Created\r\nOData-EntityId: https://x/accounts(3)\r\n\r\n{"accountid":"3"}\r\n`,
  'Content-Type: application/http\n\nHTTP/1.1 204 No Content\nOData-EntityId: https://x/accounts(4)\n\n\n',
  'Content-Type: application/http\r\nContent-ID: 5\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n',
  'Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--c--\r\n',
  'Content-Type: application/http\r\n\r\nnot HTTP at all\r\n',
]

type Item = BatchResponse['items'][number]

/** Without headers of answers that are no news. */
const outline = (item: Item): unknown =>
  'status' in item && item.status === 204 ? { status: 204, body: item.body } : item
const idOf = (item: Item): unknown => 'headers' in item && item.headers['odata-entityid']

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

  it('reads less of successes where less is asked for, and everything else as before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(parts.length - 1), { maxLength: 12 }), fc.nat(400), (chosen, cut) => {
        const whole = `${chosen.map((at) => `--batchresponse_1\r\n${parts[at]}`).join('')}--batchresponse_1--\r\n`
        for (const body of [whole, whole.slice(0, Math.max(0, whole.length - cut))]) {
          const full = parseBatchResponse(body, type)
          for (const headersOfSuccess of ['entity-id', 'none'] as const) {
            const skimmed = parseBatchResponse(Buffer.from(body), type, { headersOfSuccess })
            expect(skimmed.complete).toBe(full.complete)
            expect(skimmed.items.map(outline)).toEqual(full.items.map(outline))
            if (headersOfSuccess === 'entity-id')
              expect(skimmed.items.map(idOf)).toEqual(full.items.map(idOf))
          }
        }
      }),
    )
  })

  it('takes a body that looks like a boundary, or like another answer, for a body', () => {
    const json = `{"a":"\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n--batchresponse_12\r\n"}`
    const whole = `--batchresponse_1\r\n${parts[0]}--batchresponse_1\r\n${head}HTTP/1.1 200 OK\r\n\r\n${json}\r\n--batchresponse_1--`
    for (const headersOfSuccess of ['all', 'entity-id', 'none'] as const) {
      const { items } = parseBatchResponse(whole, type, { headersOfSuccess })
      expect(items).toMatchObject([{ status: 204 }, { status: 200, body: json }])
    }
  })

  it('refuses an answer whose boundary nobody knows', () => {
    expect(isBatchResponse('application/json')).toBe(false)
    expect(isBatchResponse(undefined)).toBe(false)
    expect(isBatchResponse(type)).toBe(true)
    expect(() => parseBatchResponse('', 'multipart/mixed')).toThrow(TypeError)
  })
})
