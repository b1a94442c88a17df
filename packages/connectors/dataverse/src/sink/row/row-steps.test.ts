import { describe, expect, it } from 'vitest'
import type { PendingRow } from './pending-row.js'
import {
  allColumns,
  attemptsOf,
  bodyText,
  changedOf,
  columnsOf,
  failuresOf,
  idOf,
  locatedOf,
} from './row-facts.js'
import {
  beginAttempt,
  beUncertain,
  countFailure,
  findAbsent,
  findDiffering,
  findPresent,
  findVanished,
  forgetFailures,
  keepSentBody,
  postpone,
} from './row-steps.js'

const columns = { name: 'A', price: 5, statuscode: 3 }

function prepared(overrides: Partial<PendingRow> = {}, body?: string): PendingRow {
  return {
    index: 0,
    row: {},
    merged: {},
    keyed: {},
    identity: 'A',
    lane: 'a',
    parts: undefined,
    unaddressable: false,
    etag: undefined,
    earlier: [],
    state: {
      kind: 'prepared',
      id: undefined,
      ownId: false,
      columns: body === undefined ? columns : undefined,
      body,
      followUps: [{ ownerid: 'x' }],
      bytes: 300,
    },
    ...overrides,
  }
}

describe('the steps of a row', () => {
  it('write only what differs once it is found, and a state with its status', () => {
    const row = prepared()
    findDiffering(row, 'id-1', ['statuscode', 'ownerid'])
    expect(locatedOf(row).kind).toBe('present')
    expect(idOf(row)).toBe('id-1')
    expect(changedOf(row)).toEqual(['statuscode', 'ownerid'])
    expect(columnsOf(row)).toEqual({ statuscode: 3 })
    expect(allColumns(row)).toEqual({ statuscode: 3, ownerid: 'x' })
  })

  it('write all of it again when what was found has vanished, whatever was sent meanwhile', () => {
    const row = prepared({}, JSON.stringify(columns))
    beginAttempt(row)
    const request = Buffer.from(JSON.stringify(columns).padStart(100))
    keepSentBody(row, request, request.length)
    findDiffering(row, 'id-1', ['price'])
    beginAttempt(row)
    expect(columnsOf(row)).toEqual({ price: 5 })
    expect(findVanished(row)).toBe(true)
    expect(locatedOf(row)).toMatchObject({ kind: 'prepared', id: undefined })
    expect(attemptsOf(row)).toBe(2)
    expect(findVanished(row)).toBe(false)
  })

  it('give a row that is absent a GUID of ours only where its key can stand in no address', () => {
    const plain = prepared()
    findAbsent(plain, () => 'NEW')
    expect(locatedOf(plain)).toMatchObject({ kind: 'absent', id: undefined, ownId: false })
    const awkward = prepared({ unaddressable: true })
    findAbsent(awkward, () => 'NEW')
    expect(locatedOf(awkward)).toMatchObject({ kind: 'absent', id: 'new', ownId: true })
    findPresent(awkward, 'theirs')
    expect(locatedOf(awkward)).toMatchObject({ kind: 'present', id: 'theirs', ownId: false })
  })

  it('send a state afterwards, in front of nothing that follows already', () => {
    const row = prepared()
    postpone(row, { name: 'A', price: 5 }, [{ statuscode: 3 }])
    expect(columnsOf(row)).toEqual({ name: 'A', price: 5 })
    expect(locatedOf(row).followUps).toEqual([{ ownerid: 'x' }, { statuscode: 3 }])
    expect(bodyText(row)).toBeUndefined()
  })

  it('remember what requests met through everything else, and forget failures between requests', () => {
    const row = prepared()
    beginAttempt(row)
    expect(countFailure(row, 'passing')).toBe(1)
    expect(countFailure(row, 'throttled')).toBe(1)
    beUncertain(row)
    findPresent(row, 'id-1')
    expect(failuresOf(row)).toEqual({ passing: 1, ambiguous: 0, throttled: 1 })
    forgetFailures(row)
    expect(failuresOf(row)).toEqual({ passing: 0, ambiguous: 0, throttled: 1 })
    expect(row.state).toMatchObject({ kind: 'in-flight', trouble: { uncertain: true }, attempts: 1 })
  })
})
