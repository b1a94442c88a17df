import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Change, ChangeEvent } from './change.js'
import { routeEvents } from './route-events.js'

const row = (id: string): Change => {
  return {
    kind: 'deleted',
    table: 't',
    id,
    rowVersion: undefined,
    reason: 'deleted',
    bytes: new Uint8Array(),
  }
}
const reset: ChangeEvent = { kind: 'reset', reason: 'initial', epoch: 1 }
const complete: ChangeEvent = { kind: 'complete', epoch: 1, rows: 2 }
const checkpoint = { kind: 'checkpoint', checkpoint: {} } as ChangeEvent

async function routed(events: readonly ChangeEvent[]): Promise<string[]> {
  const told: string[] = []
  const slowly = async (text: string) => {
    told.push(`${text}…`)
    await nextTurn()
    told.push(text)
  }
  await routeEvents(events, {
    changes: (changes) => slowly(changes.map(({ id }) => id).join()),
    reset: ({ kind }) => slowly(kind),
    complete: ({ kind }) => slowly(kind),
    checkpoint: ({ kind }) => slowly(kind),
  })
  return told
}

describe('routeEvents()', () => {
  it('tells them in order, one after the other, changes in the runs between the others', async () => {
    const events = [reset, row('a'), row('b'), complete, checkpoint, row('c')]
    expect(await routed(events)).toEqual(
      ['reset', 'a,b', 'complete', 'checkpoint', 'c'].flatMap((text) => [`${text}…`, text]),
    )
  })

  it('never tells of no changes', async () => {
    expect(await routed([])).toEqual([])
    expect(await routed([checkpoint])).toEqual(['checkpoint…', 'checkpoint'])
  })

  it('hands a group of nothing but changes on as it is', async () => {
    const changes = [row('a'), row('b')]
    const taken: unknown[] = []
    const ignore = () => {}
    const routes = { reset: ignore, complete: ignore, checkpoint: ignore }
    await routeEvents(changes, { ...routes, changes: (given) => void taken.push(given) })
    expect(taken[0]).toBe(changes)
  })
})
