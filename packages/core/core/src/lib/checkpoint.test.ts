import { describe, expect, it } from 'vitest'
import { parseCheckpoint } from './checkpoint.js'

const good = {
  version: 2,
  source: 'contoso.crm4.dynamics.com/contacts',
  epoch: 3,
  phase: 'incremental',
  isBoundary: true,
  cursor: null,
  issuedAt: '2026-01-15T08:30:00.000Z',
}

describe('parseCheckpoint()', () => {
  it('leaves the cursor to its source', () => {
    for (const cursor of [null, 'text', 7, { anything: [1] }]) {
      expect(parseCheckpoint({ ...good, cursor })).toEqual({ ...good, cursor })
    }
  })

  it.each([
    ['no object', null, /an object, not null/],
    ['the version before', { version: 1 }, /"version" is 1, .*version 2\. Use the release that saved it; or/],
    ['no source', { source: '' }, /"source"/],
    ['an epoch below the first', { epoch: 0 }, /"epoch"/],
    ['a phase of another source', { phase: 'catch-up' }, /"phase"/],
    ['a boundary that is none', { isBoundary: 'yes' }, /"isBoundary"/],
    ['a boundary in a snapshot', { phase: 'snapshot' }, /"isBoundary" is true within a snapshot/],
    ['no cursor', { cursor: undefined }, /"cursor"/],
    ['no date', { issuedAt: 'soon' }, /"issuedAt"/],
    ['an end that is no date', { expiresAt: 7 }, /"expiresAt"/],
    ['half a row', { rowsRead: 0.5 }, /"rowsRead"/],
  ])('refuses %s and names the place', (_, change, message) => {
    const reading = () => parseCheckpoint(change === null ? null : { ...good, ...change })
    expect(reading).toThrow(message)
    expect(reading).toThrow(expect.objectContaining({ code: 'checkpoint-invalid' }))
  })
})
