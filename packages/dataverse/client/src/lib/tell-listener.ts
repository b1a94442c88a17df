/**
 * Calls a listener. What it throws must not end up in the middle of a request or of the counting of slots: it is thrown
 * outside, where it is an uncaught exception like that of any other callback.
 */
export function tellListener<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
