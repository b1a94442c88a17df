import type { ChoiceOption } from '@deltaverse/metadata'
import { describe, expect, it } from 'vitest'
import { toStatusPair } from './status-pair.js'

const option = (value: number, label: string, extras: Partial<ChoiceOption>): ChoiceOption => ({
  value,
  label,
  labels: [label],
  ...extras,
})
const options = {
  states: [option(0, 'Open', { defaultStatus: 1 }), option(1, 'Closed', { defaultStatus: 5 })],
  statuses: [
    option(1, 'New', { state: 0 }),
    option(2, 'Waiting', { state: 0 }),
    option(4, 'Waiting', { state: 1 }),
    option(5, 'Done', { state: 1 }),
  ],
}

describe('toStatusPair()', () => {
  it('completes what is given to a pair', () => {
    const pairs: [object, number, number][] = [
      [{ statuscode: 'done' }, 1, 5],
      [{ statuscode: 2 }, 0, 2],
      [{ statecode: 'Closed' }, 1, 5],
      [{ statecode: 1, statuscode: 'Waiting' }, 1, 4],
      [{ status: 'Done' }, 1, 5],
      [{ status: 'Closed' }, 1, 5],
    ]
    for (const [input, statecode, statuscode] of pairs) {
      expect(toStatusPair(input, options)).toEqual({ value: { statecode, statuscode } })
    }
  })

  it('refuses what is no pair, or could be two', () => {
    expect(toStatusPair({ statuscode: 'Waiting' }, options)).toMatchObject({
      problem: expect.stringContaining('several statuses (2, 4)'),
    })
    expect(toStatusPair({ statecode: 0, statuscode: 5 }, options)).toEqual({
      problem: 'status 5 does not belong to state 0',
    })
    expect(toStatusPair({ status: 'Lost' }, options)).toMatchObject({ reason: 'unknown-label' })
    expect(toStatusPair({ statecode: 7 }, options)).toMatchObject({ reason: 'unknown-label' })
  })
})
