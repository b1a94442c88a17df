import { describe, expect, it } from 'vitest'
import { formatEnvelope, type Migration, nextRevision, parseEnvelope } from './envelope.js'

const state = {
  version: 1,
  checkpoint: {
    version: 2,
    source: 'contoso.crm4.dynamics.com/products',
    epoch: 2,
    phase: 'snapshot',
    isBoundary: false,
    cursor: { nextLink: '/api/data/v9.2/products?$skiptoken=1' },
    issuedAt: '2026-01-01T00:00:00.000Z',
  },
  position: null,
} as const

describe('parseEnvelope()', () => {
  it('reads what formatEnvelope() wrote', () => {
    expect(parseEnvelope(formatEnvelope('a', '1-x', state), 'a')).toEqual({ state, revision: '1-x' })
  })

  it('reads older formats step by step', () => {
    const migrations: Migration[] = [
      { from: 1, migrate: ({ where, ...rest }) => ({ ...rest, place: where }) },
      {
        from: 2,
        migrate: ({ place, sha256: _, ...rest }) => ({ ...rest, state: { ...state, position: place } }),
      },
    ]
    const text = JSON.stringify({ format: 1, name: 'a', revision: '7-x', sha256: 'old', where: 'here' })
    expect(parseEnvelope(text, 'a', migrations, 3)).toEqual({
      state: { ...state, position: 'here' },
      revision: '7-x',
    })
    expect(() => parseEnvelope(text, 'a', migrations.slice(1), 3)).toThrow('format 1 is no longer read')
  })
})

describe('nextRevision()', () => {
  it('counts, whatever the random part', () => {
    expect([undefined, '1-a', '41-b', 'odd'].map((revision) => nextRevision(revision, 'r'))).toEqual([
      '1-r',
      '2-r',
      '42-r',
      '1-r',
    ])
  })
})
