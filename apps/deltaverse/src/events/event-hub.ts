import type { EventWords, RunEvent } from './run-event.js'

/** Hears of everything that happens; `words` is what people read of it, where they read anything. */
export type RunListener = (event: RunEvent, words: EventWords | undefined) => void

/** Says that something happened, and what people read of it. */
export type Tell = (event: RunEvent, words?: EventWords) => void

/** Hands events on to whoever listens. */
export interface EventHub {
  readonly tell: Tell
  listen(listener: RunListener): void
}

export function createEventHub(): EventHub {
  const listeners: RunListener[] = []
  return {
    tell(event, words) {
      for (const listener of listeners) listener(event, words)
    },
    listen(listener) {
      listeners.push(listener)
    },
  }
}
