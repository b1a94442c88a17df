import type { GovernorEvent, GovernorListener } from './governor-event.js'

/** Tells listeners, whatever they do. */
export interface EventHub {
  emit(event: GovernorEvent): void
  listen(listener: GovernorListener): () => void
}

/**
 * Makes a hub. What a listener throws must not end up in the middle of the counting of slots: it is thrown outside, where
 * it is an uncaught exception like that of any other callback.
 */
export function createEventHub(first: GovernorListener | undefined): EventHub {
  const listeners = new Set<GovernorListener>(first === undefined ? [] : [first])
  return {
    emit(event) {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
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
