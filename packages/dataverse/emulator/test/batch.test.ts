import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../src/index.js'
import { errorOf, guid, send } from './support/api.js'
import { flat, formatBatch, formatOperation, type PartAnswer, sendBatch } from './support/batch.js'
import { things } from './support/things.js'

let emulator: Emulator

beforeEach(async () => {
  emulator = await startEmulator({ tables: [things] })
})
afterEach(() => emulator.close())

const rows = () => emulator.table('new_things')
const create = (number: number, more: Record<string, unknown> = {}) => ({
  method: 'POST',
  url: 'new_things',
  body: { new_thingid: guid(number), ...more },
})
const impossible = { method: 'POST', url: 'new_things', body: { new_site: 1000 } }
const get = (number: number) => ({ method: 'GET', url: `new_things(${guid(number)})?$select=new_name` })
const statuses = (parts: readonly PartAnswer[]) => parts.map(({ status }) => status)
const asItIs = 'multipart/mixed; boundary=b'
const codeOf = (part: PartAnswer | undefined) =>
  (part?.json.error as Record<string, string> | undefined)?.code

describe('$batch', () => {
  it('answers in the order of the requests, in the shape of the service', async () => {
    const answer = await sendBatch(emulator, [
      create(1, { new_name: 'Alfa' }),
      [create(2), { method: 'DELETE', url: `new_things(${guid(2)})` }],
      get(1),
    ])
    expect(answer.status).toBe(200)
    const [outer] = /batchresponse_[0-9a-f-]{36}/.exec(answer.text) ?? []
    const [inner] = /changesetresponse_[0-9a-f-]{36}/.exec(answer.text) ?? []
    expect(answer.headers.get('content-type')).toBe(`multipart/mixed; boundary=${outer}`)
    const base = emulator.serviceRoot
    const row = flat(answer).at(-1)?.text
    expect(answer.text).toBe(
      [
        `--${outer}`,
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        'HTTP/1.1 204 No Content',
        'OData-Version: 4.0',
        `Location: ${base}/new_things(${guid(1)})`,
        `OData-EntityId: ${base}/new_things(${guid(1)})`,
        '',
        '',
        `--${outer}`,
        `Content-Type: multipart/mixed; boundary=${inner}`,
        '',
        `--${inner}`,
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        'Content-ID: 1',
        '',
        'HTTP/1.1 204 No Content',
        'OData-Version: 4.0',
        `Location: ${base}/new_things(${guid(2)})`,
        `OData-EntityId: ${base}/new_things(${guid(2)})`,
        '',
        '',
        `--${inner}`,
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        'Content-ID: 2',
        '',
        'HTTP/1.1 204 No Content',
        'OData-Version: 4.0',
        '',
        '',
        `--${inner}--`,
        `--${outer}`,
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        'HTTP/1.1 200 OK',
        'Content-Type: application/json; odata.metadata=minimal; odata.streaming=true',
        'OData-Version: 4.0',
        expect.any(String),
        '',
        row,
        `--${outer}--`,
        '',
      ]
        .map((line) => (typeof line === 'string' ? line : `ETag: W/"${rows().get(guid(1))?.versionnumber}"`))
        .join('\r\n'),
    )
    expect(JSON.parse(row ?? '')).toMatchObject({ new_name: 'Alfa' })
  })

  it.each([
    ['absolute URLs', () => `${emulator.serviceRoot}/new_things`],
    ['root-relative URLs', () => '/api/data/v9.2/new_things'],
  ])('takes %s', async (_, url) => {
    const answer = await sendBatch(emulator, [{ ...create(1), url: url() }])
    expect(statuses(flat(answer))).toEqual([204])
    expect(rows().count()).toBe(1)
  })

  it('takes the organization in the path, as on-premises', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [things], links: { organizationSegment: 'contoso' } })
    const answer = await sendBatch(emulator, [
      { ...create(1), url: '/contoso/api/data/v9.1/new_things' },
      { ...create(2), url: '/api/data/v9.1/new_things' },
    ])
    expect(statuses(flat(answer))).toEqual([204, 404])
    expect(flat(answer)[0]?.headers).toContain(
      `Location: ${emulator.url}/contoso/api/data/v9.1/new_things(${guid(1)})`,
    )
  })

  it('reads headers and preferences of each part', async () => {
    rows().create({ new_thingid: guid(1) })
    const patch = (headers: Record<string, string>, number = 1) => ({
      method: 'PATCH',
      url: `new_things(${guid(number)})?$select=new_name`,
      body: { new_name: 'Ümlaut' },
      headers,
    })
    const answer = await sendBatch(
      emulator,
      [
        patch({ Prefer: 'return=representation' }),
        patch({ 'If-None-Match': '*' }),
        patch({ 'If-Match': '*' }, 2),
        patch({ 'Content-Length': String(Buffer.byteLength('{"new_name":"Ümlaut"}')) }),
      ],
      { Prefer: 'odata.continue-on-error' },
    )
    expect(statuses(flat(answer))).toEqual([200, 412, 404, 204])
    expect(flat(answer)[0]?.json.new_name).toBe('Ümlaut')
    expect(answer.headers.get('preference-applied')).toBe('odata.continue-on-error')
  })

  it('takes boundaries with and without quotes, and text before and after the parts', async () => {
    const body = `preamble\r\n${formatBatch([create(1)], 'b')}epilogue`
    for (const type of [
      asItIs,
      'multipart/mixed;boundary="b"',
      'Multipart/Mixed; charset=utf-8; boundary=b',
    ]) {
      expect((await sendBatch(emulator, body, { 'Content-Type': type })).text).toContain('HTTP/1.1')
    }
    expect(rows().count()).toBe(1)
  })

  it('pays no attention to a Content-ID outside of changesets', async () => {
    const twice = { ...create(1), method: 'PATCH', url: `new_things(${guid(1)})`, contentId: '7' }
    const answer = await sendBatch(emulator, [twice, twice])
    expect(statuses(flat(answer))).toEqual([204, 204])
    expect(answer.text).not.toContain('Content-ID')
  })

  it('takes URLs up to 65,536 characters', async () => {
    const get = (length: number) => ({
      method: 'GET',
      url: `${"/api/data/v9.2/new_things?$filter=new_name%20eq%20'".padEnd(length - 1, 'x')}'`,
    })
    expect(statuses(flat(await sendBatch(emulator, [get(65_536)])))).toEqual([200])
    expect(statuses(flat(await sendBatch(emulator, [get(65_537)])))).toEqual([414])
  })

  it('lets a GET follow its own writes, with one empty line or two after its head', async () => {
    const one = formatBatch([create(1, { new_name: 'A' }), get(1)], 'b').replace(
      /\r\n\r\n\r\n(?=--b--)/,
      '\r\n\r\n',
    )
    const answer = await sendBatch(emulator, one, { 'Content-Type': asItIs })
    expect(flat(answer)[1]?.json).toMatchObject({ new_name: 'A' })
  })
})

describe('a failing part', () => {
  it('ends the batch with 400: what ran before it stays, the rest has not run', async () => {
    const answer = await sendBatch(emulator, [create(1), impossible, create(2)])
    expect(answer.status).toBe(400)
    expect(statuses(flat(answer))).toEqual([204, 400])
    const failed = flat(answer)[1]
    expect(failed?.statusLine).toBe('HTTP/1.1 400 Bad Request')
    expect(failed?.headers).toEqual([
      expect.stringMatching(/^REQ_ID: [0-9a-f-]{36}$/),
      'Content-Type: application/json; odata.metadata=minimal',
      'OData-Version: 4.0',
    ])
    expect(codeOf(failed)).toBe('0x80044330')
    expect(rows().count()).toBe(1)
  })

  it('shows only itself when so told', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [things], batchAnswersBeforeFailure: 'dropped' })
    const answer = await sendBatch(emulator, [create(1), impossible, create(2)])
    expect([answer.status, ...statuses(flat(answer))]).toEqual([400, 400])
  })

  it('is one answer among others with odata.continue-on-error', async () => {
    const answer = await sendBatch(emulator, [create(1), impossible, create(2)], {
      Prefer: 'odata.continue-on-error',
    })
    expect([answer.status, ...statuses(flat(answer))]).toEqual([200, 204, 400, 204])
    expect(rows().count()).toBe(2)
  })
})

describe('a changeset', () => {
  it('is taken back as a whole; its slot holds the failing part alone', async () => {
    const answer = await sendBatch(emulator, [create(1), [create(2), impossible, create(3)], create(4)])
    expect(answer.status).toBe(400)
    expect(answer.parts).toHaveLength(2)
    const [failed, ...others] = answer.parts[1] as PartAnswer[]
    expect(others).toEqual([])
    expect(failed?.mime.at(-1)).toBe('Content-ID: 2')
    expect(failed?.status).toBe(400)
    expect(rows().count()).toBe(1)
  })

  it('stays atomic with odata.continue-on-error, and later items run', async () => {
    const answer = await sendBatch(emulator, [[create(2), impossible], create(4)], {
      Prefer: 'odata.continue-on-error',
    })
    expect([answer.status, ...statuses(flat(answer))]).toEqual([200, 400, 204])
    expect(
      rows()
        .rows()
        .map((row) => row.new_thingid),
    ).toEqual([guid(4)])
  })

  it('refers to earlier parts in URLs, binds and references', async () => {
    const answer = await sendBatch(emulator, [
      [
        { ...create(1), contentId: 'root' },
        { ...create(2, { 'new_Parent@odata.bind': '$root' }), contentId: 'leaf' },
        { method: 'PATCH', url: '$leaf', body: { new_name: 'Leaf' }, contentId: '3' },
        { method: 'PUT', url: '$leaf/new_name', body: { value: 'Leaf 2' }, contentId: '4' },
      ],
    ])
    expect(statuses(flat(answer))).toEqual([204, 204, 204, 204])
    expect(rows().get(guid(2))).toMatchObject({ _new_parent_value: guid(1), new_name: 'Leaf 2' })
  })

  it('refers to rows by the alternate keys that they were addressed by', async () => {
    const key = `new_things(new_code='${encodeURIComponent("中 ü''")}')`
    const answer = await sendBatch(emulator, [
      [
        { method: 'PATCH', url: key, body: { new_thingid: guid(1) } },
        create(2, { 'new_Parent@odata.bind': '$1' }),
        { method: 'PUT', url: '$1/new_Parent/$ref', body: { '@odata.id': '$2' } },
        { method: 'PATCH', url: '$1', body: { new_name: 'again' } },
      ],
    ])
    expect(statuses(flat(answer))).toEqual([204, 204, 204, 204])
    expect(flat(answer)[0]?.headers).toContain(`OData-EntityId: ${emulator.serviceRoot}/${key}`)
    expect(rows().rows()).toMatchObject([
      { new_thingid: guid(1), new_code: "中 ü'", new_name: 'again', _new_parent_value: guid(2) },
      { new_thingid: guid(2), _new_parent_value: guid(1) },
    ])
  })

  it.each([
    ['a later part', [create(1, { 'new_Parent@odata.bind': '$2' }), create(2)]],
    [
      'a part that answers with the row',
      [
        { ...create(1), headers: { Prefer: 'return=representation' } },
        create(2, { 'new_Parent@odata.bind': '$1' }),
      ],
    ],
  ])('cannot refer to %s', async (_, operations) => {
    const answer = await sendBatch(emulator, [operations])
    expect(answer.status).toBe(400)
    expect(flat(answer)[0]?.text).toMatch(
      /Content-ID Reference: '\$\d' does not exist in the batch context\./,
    )
    expect(rows().count()).toBe(0)
  })
})

describe('what is refused as a whole, with the flat object', () => {
  const refused = async (items: Parameters<typeof sendBatch>[1]): Promise<Record<string, string>> => {
    const answer = await sendBatch(emulator, items)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(rows().count()).toBe(0)
    return JSON.parse(answer.text)
  }

  it('two parts with one Content-ID', async () => {
    expect(
      await refused([
        [
          { ...create(1), contentId: '1' },
          { ...create(2), contentId: '1' },
        ],
      ]),
    ).toEqual({
      Message: expect.stringContaining(
        "The content ID '1' was found more than once in the same change set or same batch request",
      ),
      ExceptionMessage: expect.stringContaining('more than once'),
      ExceptionType: 'Microsoft.OData.ODataException',
      StackTrace: '',
      ErrorCode: '0x0',
    })
  })

  it('GET in a changeset', async () => {
    const { Message } = await refused([create(9), [create(1), get(1)]])
    expect(Message).toContain("An invalid HTTP method 'GET' was detected for a request in a change set")
  })

  it('more than 1,000 requests', async () => {
    const many = (count: number, from = 0) =>
      Array.from({ length: count }, (_, index) => create(from + index))
    expect((await refused([many(1001)])).Message).toContain(
      "too many operations. A maximum number of '1000' operations are allowed in a change set",
    )
    expect((await refused([many(600), many(401)])).Message).toContain("a maximum number of '1000'")
    expect((await sendBatch(emulator, [many(600), ...many(400, 600)])).parts).toHaveLength(401)
  })

  it('more than a lower number, by option', async () => {
    await emulator.close()
    emulator = await startEmulator({ tables: [things], maxBatchOperations: 2 })
    expect((await refused([create(1), create(2), create(3)])).Message).toContain(
      "Only batch messages with a maximum number of '2' query operations, including changeset operations",
    )
  })

  it('a batch in a batch, a changeset in a changeset, a part that is no request', async () => {
    expect((await refused([{ method: 'POST', url: '$batch' }])).Message).toContain('another batch')
    expect((await refused([{ method: 'POST', url: '/api/data/v9.2/$batch' }])).Message).toContain(
      'another batch',
    )
    const nested = formatBatch([[create(1)]]).replace(
      'Content-Type: application/http',
      'Content-Type: multipart/mixed; boundary=x',
    )
    expect((await refused(nested)).Message).toContain('change set')
    expect((await refused(formatBatch([create(1)]).replace('POST /', '/'))).Message).toContain('request line')
    expect((await refused('nothing')).ErrorCode).toBe('0x0')
  })

  it('a missing Content-ID, in the usual error object', async () => {
    const answer = await sendBatch(emulator, [[{ ...create(1), contentId: '' }]])
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.text)).toEqual({
      error: { code: '0x80060888', message: 'Content-ID header not present' },
    })
  })
})

describe('line ends', () => {
  const unreadable = /System\.ArgumentException: Stream was not readable/

  it('without carriage returns make the part unreadable', async () => {
    const answer = await sendBatch(emulator, formatBatch([create(1), create(2)]).replaceAll('\r\n', '\n'))
    expect([answer.status, ...statuses(flat(answer))]).toEqual([400, 400])
    expect(codeOf(flat(answer)[0])).toBe('0x80048d19')
    expect(flat(answer)[0]?.text).toMatch(unreadable)
    expect(rows().count()).toBe(0)
  })

  it.each([
    ['the line end after the closing boundary', (body: string) => body.slice(0, -2)],
    ['the closing boundary', (body: string) => body.replace('--batch_7f1c--\r\n', '')],
    [
      'a long enough body',
      (body: string) =>
        body.replace(
          /(.*)Content-Type: application\/json/s,
          '$1Content-Type: application/json\r\nContent-Length: 5000',
        ),
    ],
  ])('the last part is unreadable without %s', async (_, cut) => {
    const answer = await sendBatch(emulator, cut(formatBatch([create(1), create(2)])))
    expect([answer.status, ...statuses(flat(answer))]).toEqual([400, 204, 400])
    expect(flat(answer)[1]?.text).toMatch(unreadable)
  })
})

describe('other requests to $batch', () => {
  it('is POST and multipart; the JSON format is not emulated', async () => {
    expect((await send(emulator, 'GET', '$batch')).status).toBe(405)
    const json = await send(emulator, 'POST', '$batch', { body: { requests: [] } })
    expect([json.status, errorOf(json).message]).toEqual([501, expect.stringContaining('JSON')])
    const none = await sendBatch(emulator, formatOperation(create(1)), { 'Content-Type': 'multipart/mixed' })
    expect(none.status).toBe(400)
  })
})

describe('faults', () => {
  it('throttle a part with the flat object and 429 Unknown Status Code', async () => {
    emulator.faults.next({
      inBatch: true,
      method: 'POST',
      status: 429,
      code: '0x80072321',
      retryAfterSeconds: 9,
    })
    const answer = await sendBatch(emulator, [get(1), create(1), create(2)], {
      Prefer: 'odata.continue-on-error',
    })
    expect(statuses(flat(answer))).toEqual([404, 429, 204])
    const throttled = flat(answer)[1]
    expect(throttled?.statusLine).toBe('HTTP/1.1 429 Unknown Status Code')
    expect(throttled?.headers).toContain('Retry-After: 9')
    expect(throttled?.json).toMatchObject({
      ErrorCode: '0x80072321',
      ExceptionType: 'Microsoft.OData.ODataException',
    })
    expect(rows().get(guid(1))).toBeUndefined()
  })

  it('drop the connection before or after the effect of a part', async () => {
    emulator.faults.next({ url: guid(2), inBatch: true, drop: 'before-effect', method: 'PATCH' })
    const upsert = (number: number) => ({ method: 'PATCH', url: `new_things(${guid(number)})`, body: {} })
    await expect(sendBatch(emulator, [upsert(1), upsert(2), upsert(3)])).rejects.toThrow()
    expect(rows().count()).toBe(1)
    emulator.faults.next({ url: guid(2), inBatch: true, drop: 'after-effect' })
    await expect(sendBatch(emulator, [upsert(1), upsert(2), upsert(3)])).rejects.toThrow()
    expect(rows().count()).toBe(2)
    emulator.faults.next({ url: guid(5), inBatch: true, drop: 'before-effect' })
    await expect(sendBatch(emulator, [[upsert(4), upsert(5), upsert(6)]])).rejects.toThrow()
    expect(rows().count()).toBe(2)
    emulator.faults.next({ url: guid(5), inBatch: true, drop: 'after-effect' })
    await expect(sendBatch(emulator, [[upsert(4), upsert(5), upsert(6)]])).rejects.toThrow()
    expect(rows().count()).toBe(5)
    expect(emulator.requests.at(-1)?.status).toBe(0)
  })

  it('make parts wait, those of a changeset after its commit, and expire tokens', async () => {
    const waits: [number, number][] = []
    await emulator.close()
    emulator = await startEmulator({
      tables: [things],
      wait: async (ms) => {
        waits.push([ms, rows().count()])
      },
    })
    const first = await send(emulator, 'GET', 'new_things', { headers: { Prefer: 'odata.track-changes' } })
    emulator.faults.add({ inBatch: true, method: 'POST', latencyMs: 5 })
    emulator.faults.next({ inBatch: true, method: 'GET', expireTokens: true })
    const delta = String(first.json['@odata.deltaLink'])
    const answer = await sendBatch(emulator, [
      create(1),
      [create(2), create(3)],
      { method: 'GET', url: delta },
    ])
    expect(waits).toEqual([
      [5, 1],
      [10, 3],
    ])
    expect(codeOf(flat(answer).at(-1))).toBe('0x80044352')
  })

  it('can answer with an error although the request had its effect', async () => {
    emulator.faults.next({ status: 504, body: 'html', afterEffect: true, inBatch: false })
    expect((await sendBatch(emulator, [create(1)])).status).toBe(504)
    emulator.faults.next({ status: 500, afterEffect: true, inBatch: true })
    expect((await sendBatch(emulator, [create(2)])).status).toBe(400)
    expect(rows().count()).toBe(2)
  })
})
