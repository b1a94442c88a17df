import { describe, expect, it } from 'vitest'
import { createBatchBuilder } from './batch-builder.js'

const part = (at: number) => ({ method: 'PATCH', path: `/a(${at})`, body: `{"name":"Łódź ${at}"}` })

describe('createBatchBuilder()', () => {
  it('says where each body ends, however often it had to grow', () => {
    const batch = createBatchBuilder({ boundary: 'b', sizeHint: 1 })
    const ends = Array.from({ length: 200 }, (_, at) => batch.add(part(at)))
    const { body } = batch.finish()
    for (const [at, end] of ends.entries()) {
      const text = part(at).body
      expect(body.toString('utf8', end - Buffer.byteLength(text), end)).toBe(text)
    }
    expect(body.toString().match(/HTTP\/1\.1/g)).toHaveLength(200)
  })

  it('writes the headers of each part, whichever came before it', () => {
    const batch = createBatchBuilder({ boundary: 'b' })
    const headers = { 'If-Match': '*' }
    batch.add({ ...part(1), headers })
    batch.add(part(2))
    batch.add({ method: 'DELETE', path: '/a(3)', headers })
    batch.add({ method: 'GET', path: '/a(4)' })
    const parts = batch.finish().body.toString().split('--b\r\n').slice(1)
    expect(parts.map((text) => /^(\w+) .*\r\n((?:.+\r\n)*)\r\n/m.exec(text)!.slice(1))).toEqual([
      ['PATCH', 'If-Match: *\r\nContent-Type: application/json\r\n'],
      ['PATCH', 'Content-Type: application/json\r\n'],
      ['DELETE', 'If-Match: *\r\n'],
      ['GET', 'Accept: application/json\r\n'],
    ])
  })

  it('refuses to be empty, and more than a batch may hold', () => {
    expect(() => createBatchBuilder({ boundary: 'b' }).finish()).toThrow(RangeError)
    const batch = createBatchBuilder({ boundary: 'b' })
    for (let at = 0; at < 1_000; at += 1) batch.add(part(at))
    expect(() => batch.add(part(1_000))).toThrow('received 1001')
  })
})
