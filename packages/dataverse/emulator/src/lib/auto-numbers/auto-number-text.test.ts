import { describe, expect, it } from 'vitest'
import { ServiceError } from '../http/service-error.js'
import { autoNumberText } from './auto-number-text.js'

const parts = (sequence = 1000n) => ({
  sequence: () => sequence,
  now: Date.UTC(2017, 8, 13, 17, 9, 5, 42),
  random: (length: number) => 'AB7LSFXYZ'.slice(0, length),
})
const text = (format: string, sequence?: bigint) => autoNumberText(format, parts(sequence))

describe('autoNumberText()', () => {
  it.each([
    ['CAR-{SEQNUM:3}-{RANDSTRING:6}', 123n, 'CAR-123-AB7LSF'],
    ['CNR-{RANDSTRING:4}-{SEQNUM:4}', 1000n, 'CNR-AB7L-1000'],
    ['{SEQNUM:6}-#-{RANDSTRING:3}', 123_456n, '123456-#-AB7'],
    ['KA-{SEQNUM:4}', 1n, 'KA-0001'],
    ['{SEQNUM:2}', 100n, '100'],
    ['QUO-{SEQNUM:3}#{RANDSTRING:3}#{RANDSTRING:5}', 123n, 'QUO-123#AB7#AB7LS'],
    ['CAS-{SEQNUM:6}-{DATETIMEUTC:yyyyMMddhhmmss}', 2000n, 'CAS-002000-20170913050905'],
    [
      '{DATETIMEUTC:yyyy-M-d H:mm tt}|{DATETIMEUTC:yy.MM.dd HH fff}',
      1n,
      '2017-9-13 17:09 PM|17.09.13 17 042',
    ],
    ['no placeholder {SEQNUM} {OTHER:1}', 1n, 'no placeholder {SEQNUM} {OTHER:1}'],
  ])('fills %s', (format, sequence, expected) => {
    expect(text(format, sequence)).toBe(expected)
  })

  it('takes one number for all of its places', () => {
    let taken = 0
    const sequence = () => {
      taken += 1
      return BigInt(taken)
    }
    expect(autoNumberText('{SEQNUM:1}/{SEQNUM:3}', { ...parts(), sequence })).toBe('1/001')
    expect([autoNumberText('X', { ...parts(), sequence }), taken]).toEqual(['X', 1])
  })

  it.each(['{RANDSTRING:7}', '{RANDSTRING:0}', '{SEQNUM:0}', '{SEQNUM:x}', '{SEQNUM:}'])(
    'refuses %s',
    (format) => {
      expect(() => text(format)).toThrow(ServiceError)
      expect(() => text(format)).toThrow('Invalid Argument')
    },
  )
})
