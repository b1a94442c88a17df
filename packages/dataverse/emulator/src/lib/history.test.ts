import { describe, expect, it } from 'vitest'
import { createHistory } from './history.js'

const deletion = (version: number) =>
  ({ kind: 'deletion', table: 'account', id: 'x', version, at: 0 }) as const

describe('createHistory()', () => {
  it.each([0, 1, 3, Number.POSITIVE_INFINITY])('keeps the newest %d entries, however many come', (limit) => {
    const history = createHistory(limit)
    for (let version = 1; version <= 5000; version += 1) history.add([deletion(version)])
    const kept = Math.min(limit, 5000)
    expect(history.entries()).toHaveLength(kept)
    expect(history.entries().at(-1)?.version).toBe(kept === 0 ? undefined : 5000)
  })

  it('leaves out what is no row', () => {
    const history = createHistory(10)
    history.add([{ kind: 'fact', name: 'table', value: {} }, deletion(1)])
    expect(history.entries()).toEqual([{ version: 1, table: 'account', id: 'x', operation: 'deleted' }])
  })
})
