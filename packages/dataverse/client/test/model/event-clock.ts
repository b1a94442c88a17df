import type { Clock } from '@deltaverse/core'

/** Time that jumps from one event to the next. */
export interface EventClock extends Clock {
  /** Calls back at this time, after everything that was planned for it before. Returns the way to take it back. */
  at(atMs: number, callback: () => void): () => void
  /** Runs events until none is left or the time is over. What promises do in between is done before the next event. */
  run(untilMs: number): Promise<void>
}

interface PlannedEvent {
  readonly atMs: number
  readonly order: number
  callback: (() => void) | undefined
}

/** Makes a clock that starts at 0. */
export function createEventClock(): EventClock {
  const heap: PlannedEvent[] = []
  let nowMs = 0
  let order = 0

  function at(atMs: number, callback: () => void): () => void {
    const event: PlannedEvent = { atMs: Math.max(atMs, nowMs), order: order++, callback }
    push(heap, event)
    return () => {
      event.callback = undefined
    }
  }

  return {
    now: () => nowMs,
    at,
    delay: (ms, signal) =>
      new Promise((resolve, reject) => {
        const cancel = at(nowMs + ms, () => resolve(undefined))
        signal?.addEventListener('abort', () => {
          cancel()
          reject(signal.reason)
        })
      }),
    async run(untilMs) {
      await settle()
      for (let next = heap[0]; next !== undefined && next.atMs <= untilMs; next = heap[0]) {
        pop(heap)
        if (next.callback === undefined) continue
        nowMs = next.atMs
        next.callback()
        await settle()
      }
      nowMs = untilMs
    },
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const before = (a: PlannedEvent, b: PlannedEvent): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

function push(heap: PlannedEvent[], event: PlannedEvent): void {
  let index = heap.push(event) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!before(event, heap[parent] as PlannedEvent)) break
    heap[index] = heap[parent] as PlannedEvent
    index = parent
  }
  heap[index] = event
}

function pop(heap: PlannedEvent[]): void {
  const last = heap.pop() as PlannedEvent
  if (heap.length === 0) return
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && before(heap[child + 1] as PlannedEvent, heap[child] as PlannedEvent))
      child++
    if (!before(heap[child] as PlannedEvent, last)) break
    heap[index] = heap[child] as PlannedEvent
    index = child
  }
  heap[index] = last
}
