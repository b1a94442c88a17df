import { tellListener } from '../../tell-listener.js'
import type { GovernorEvent, GovernorListener } from './governor-event.js'

/** Tells listeners, whatever they do. */
export interface EventHub {
  emit(event: GovernorEvent): void
  listen(listener: GovernorListener): () => void
}

/** Makes a hub. */
export function createEventHub(first: GovernorListener | undefined): EventHub {
  const listeners = new Set<GovernorListener>(first === undefined ? [] : [first])
  return {
    emit(event) {
      for (const listener of listeners) tellListener(listener, event)
    },
    listen(listener) {
      // Two clients may pass the same function: each has its own place.
      const own: GovernorListener = (event) => listener(event)
      listeners.add(own)
      return () => {
        listeners.delete(own)
      }
    },
  }
}
