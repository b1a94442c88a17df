import type { ChangeEvent, Checkpoint } from '@deltaverse/core'
import type { ReadPosition } from '../../src/source/read-position.js'

export const base = 'https://contoso.crm4.dynamics.com/api/data/v9.2'
export const delta = 'things?$deltatoken=2%2103%2f15%2f2026%2009%3a41%3a07'
export const deltaLink = `${base}/${delta}`
export const full = `${base}/$metadata#things`
export const id = (index: number) => `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`
export const thing = (index: number, more: object = {}) => ({
  '@odata.etag': `W/"${index}"`,
  ...more,
  thingid: id(index),
})
export const page = (rows: object[], more: object) => ({ '@odata.context': full, value: rows, ...more })
export const changesPage = (rows: object[], more: object) => ({
  '@odata.context': `${full}/$delta`,
  value: rows,
  ...more,
})
export const deletion = (index: number) => ({
  '@odata.context': `${full}/$deletedEntity`,
  id: id(index),
  reason: 'deleted',
})

/** Clock that never waits and writes down what it was asked to wait. */
export function instantClock(startMs = Date.parse('2026-03-15T09:41:07Z')) {
  const waits: number[] = []
  const clock = {
    waits,
    nowMs: startMs,
    now: () => clock.nowMs,
    delay: async (ms: number) => {
      waits.push(ms)
      clock.nowMs += ms
    },
  }
  return clock
}

/** What happened, in short. */
export function sketch(events: readonly ChangeEvent[]): string[] {
  return events.map((event) => {
    switch (event.kind) {
      case 'reset':
        return `reset ${event.epoch} ${event.reason}`
      case 'complete':
        return `complete ${event.epoch} with ${event.rows}`
      case 'checkpoint':
        return `${flat(event.checkpoint).phase} ${whereOf(flat(event.checkpoint))}`
      default:
        return `${event.kind} ${Number(event.id.slice(-12))}`
    }
  })
}

function whereOf({ phase, nextLink, guardLink, gap }: ReadPosition): string {
  if (nextLink !== undefined) return 'next'
  if (guardLink !== undefined) return 'guard'
  return phase === 'catch-up' || gap !== undefined ? 'start' : 'end'
}

/** A checkpoint with what its cursor holds. */
export function flat({ cursor, ...rest }: Checkpoint): ReadPosition {
  return { ...rest, ...(cursor as unknown as ReadPosition) }
}

export function positionOf(events: readonly ChangeEvent[]): ReadPosition {
  return flat(checkpointOf(events))
}

export function checkpointOf(events: readonly ChangeEvent[]): Checkpoint {
  const last = events.at(-1)
  if (last?.kind !== 'checkpoint') throw new Error('the last event is no checkpoint')
  return last.checkpoint
}
