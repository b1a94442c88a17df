import type { TraceEntry } from '@deltaverse/testing/crash'
import { describe, expect, it } from 'vitest'
import { judgeFrozen, type Stretch } from '../src/lib/run/judge-frozen.js'

const loaded = (state: string | null): TraceEntry => ({ kind: 'loaded', state })
const row = (id: string): TraceEntry => ({ kind: 'delivering', events: [{ kind: 'row', id, version: '1' }] })
const save = (state: string): TraceEntry[] => [{ kind: 'saving', state }, { kind: 'saved' }]
const ended = (code?: string): TraceEntry => ({
  kind: 'ended',
  ...(code !== undefined && { error: { code, message: 'because' } }),
})
const first = (...entries: TraceEntry[]): Stretch => ({ who: 'first', entries })
const successor = (...entries: TraceEntry[]): Stretch => ({ who: 'successor', entries })

describe('a run that froze, and its successor', () => {
  it('are as one run where the one that woke is refused', () => {
    const { trace, problems } = judgeFrozen([
      first(loaded(null), row('a'), ...save('A'), row('b')),
      successor(loaded('A'), row('b'), ...save('B'), ended()),
      first({ kind: 'saving', state: 'A2' }, ended('conflict')),
    ])
    expect(problems).toEqual([])
    const words = trace.map((entry) => ('state' in entry ? `${entry.kind} ${entry.state}` : entry.kind))
    expect(words.slice(0, 4)).toEqual(['loaded null', 'delivering', 'saving A', 'saved'])
    expect(words.slice(4, 9)).toEqual(['loaded A', 'delivering', 'saving B', 'saved', 'loaded B'])
  })

  it('are found out where the one that woke saves over its successor, or the other way round', () => {
    const over = judgeFrozen([
      first(loaded(null), row('a')),
      successor(loaded(null), row('a'), ...save('B'), ended()),
      first(...save('A'), ended()),
    ])
    expect(over.problems).toMatchObject([{ kind: 'lost', message: /frozen saved a state over/ }])
    const back = judgeFrozen([
      first(loaded(null)),
      successor(loaded(null), row('a')),
      first(...save('A'), ended()),
      successor(...save('B'), ended()),
    ])
    expect(back.problems).toMatchObject([{ kind: 'lost', message: /successor saved a state over/ }])
  })

  it('may both save, one behind the other', () => {
    const { problems } = judgeFrozen([
      first(),
      successor(loaded(null), ...save('B'), ended()),
      first(loaded('B'), ...save('A'), ended()),
    ])
    expect(problems).toEqual([])
  })

  it('count a save that was on the disk before it was told', () => {
    const { problems } = judgeFrozen([
      first(loaded(null), row('a'), { kind: 'saving', state: 'A' }),
      successor(loaded('A'), row('b'), ...save('B'), ended()),
      first({ kind: 'saved' }, ended()),
    ])
    expect(problems).toEqual([])
  })

  it('may end a save where it counts for nothing, which the next load tells', () => {
    const { problems, trace } = judgeFrozen([
      first(loaded(null), row('a'), { kind: 'saving', state: 'A' }),
      successor(loaded(null), row('b'), ...save('B'), ended()),
      first({ kind: 'saved' }, ended('conflict')),
    ])
    expect(problems).toEqual([])
    expect(trace.filter(({ kind }) => kind === 'saved')).toHaveLength(1)
  })

  it('leave such a save in doubt where the successor went no further, unless another follows', () => {
    const stretches = [
      first(loaded(null), row('a'), { kind: 'saving', state: 'A' }),
      successor(loaded(null), ended('conflict')),
    ]
    const savesIn = (...more: TraceEntry[]): number =>
      judgeFrozen([...stretches, first({ kind: 'saved' }, ...more)]).trace.filter(
        ({ kind }) => kind === 'saved',
      ).length
    expect(savesIn(ended('conflict'))).toBe(0)
    expect(savesIn(row('b'), ...save('A2'), ended())).toBe(2)
  })

  it('have to end with an error that says what it is', () => {
    expect(judgeFrozen([first(ended('unexpected'))]).problems).toMatchObject([{ kind: 'stuck' }])
    expect(judgeFrozen([successor(ended('sink-mismatch'))]).problems).toMatchObject([{ kind: 'stuck' }])
    expect(judgeFrozen([first(ended('sink-mismatch'))]).problems).toEqual([])
  })
})
