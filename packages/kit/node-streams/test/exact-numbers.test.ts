import { formatChangeLines } from '@deltaverse/formats'
import { upserted } from '@deltaverse/testing'
import { describe, expect, it } from 'vitest'
import { fromJsonArray, fromNdjson } from '../src/index.js'
import { collect } from './collect.js'

const numbers = {
  '0': 0,
  '-17.5': -17.5,
  '20000.0000': 20000,
  '9007199254740991': 9007199254740991,
  '9007199254740993': '9007199254740993',
  '4006381333931000124': '4006381333931000124',
  '-9223372036854775808': '-9223372036854775808',
  '922337203685477.5807': '922337203685477.5807',
  '123456789012345678901234567890.12': '123456789012345678901234567890.12',
  '1e21': 1e21,
}

describe.each(Object.entries(numbers))('the number %s', (literal, expected) => {
  it('comes from a line with every digit', async () => {
    const lines = [`{"n":${literal},"deep":[{"n":${literal}}]}\n${literal}\n`]
    expect(await collect(fromNdjson()(lines))).toEqual([{ n: expected, deep: [{ n: expected }] }, expected])
  })

  it('comes from an array with every digit', async () => {
    const text = `[{"n":${literal},"deep":[{"n":${literal}}]},${literal}]`
    expect(await collect(fromJsonArray()([text]))).toEqual([
      { n: expected, deep: [{ n: expected }] },
      expected,
    ])
  })

  it('comes back from a line that we wrote', async () => {
    const bytes = Buffer.from(`{"n":${literal}}`)
    const lines = formatChangeLines([{ ...upserted('a', {}), bytes }])
    expect(await collect(fromNdjson()([lines]))).toEqual([
      { kind: 'upserted', table: 'accounts', id: 'a', row: { n: expected } },
    ])
  })
})
