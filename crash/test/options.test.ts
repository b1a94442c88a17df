import { addTallies, emptyTally, formatTally, isClean } from '@deltaverse/testing/crash'
import { describe, expect, it } from 'vitest'
import { formatOptions, parseOptions } from '../src/lib/options.js'

describe('the command line', () => {
  it('names seeds, sinks and ways', () => {
    expect(parseOptions(['--seeds', '50', '--from', '7', '--workers', '2'])).toEqual({
      first: 7,
      last: 56,
      workers: 2,
      verbose: false,
      connectors: ['files', 'postgres', 'sqlite'],
      wishes: {},
    })
    expect(
      parseOptions(['--seed', '17', '--sink', 'mirror,gzip,no-fingerprints', '--way', 'kill']),
    ).toMatchObject({
      first: 17,
      last: 17,
      wishes: { sink: { mode: 'mirror', compression: 'gzip', fingerprints: false }, way: 'kill' },
    })
    expect(parseOptions(['--help'])).toBeUndefined()
  })

  it('crashes all connectors that can have what is wished', () => {
    expect(parseOptions(['--sink', 'fingerprints'])?.connectors).toContain('postgres')
    expect(parseOptions(['--way', 'power'])?.connectors).toEqual(['files'])
    expect(parseOptions(['--sink', 'mirror'])?.connectors).toEqual(['files'])
    expect(parseOptions(['--connector', 'postgres'])?.connectors).toEqual(['postgres'])
  })

  it.each([
    ['--sink', 'tape'],
    ['--plant', 'a tree'],
    ['--way', 'boredom'],
    ['--connector', 'tape'],
    ['--connector', 'postgres', '--sink', 'log'],
    ['--connector', 'postgres', '--way', 'power'],
    ['--seeds', '0'],
    ['--seed', 'x'],
    ['surplus'],
  ])('refuses %s %s', (...args) => expect(() => parseOptions(args)).toThrow(/--|surplus|connector/))

  it('can be written down again, so that a failure is replayed as it was', () => {
    const words = '--sink log,plain --way power --plant gap-open'
    const options = parseOptions(words.split(' '))
    expect(options && formatOptions(options)).toBe(words)
    expect(formatOptions({ wishes: {} })).toBe('')
  })
})

describe('the line at the end', () => {
  it('adds up, and shows runs that were stuck only when there are any', () => {
    const tally = addTallies(
      { ...emptyTally, crashes: 12_000, duplicatesSeen: 3 },
      { ...emptyTally, crashes: 345 },
    )
    expect(formatTally(tally)).toBe(
      'crashes 12,345 · rows lost 0 · rows torn 0 · duplicates seen 3 · duplicates after commit 0',
    )
    expect(isClean(tally)).toBe(true)
    const stuck = addTallies(tally, { ...emptyTally, runsStuck: 1 })
    expect(formatTally(stuck)).toMatch(/ · runs stuck 1$/)
    expect(isClean(stuck)).toBe(false)
  })
})
