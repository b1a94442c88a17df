/** Things on their way from one that brings them to one that takes them in groups; who brings waits while there are many. */
export interface BoundedQueue<T> {
  /** Resolves once there is room for more. */
  push(item: T): Promise<void>
  /** No more will come. */
  end(): void
  /** Up to so many as are there; at least one. `undefined` behind the last. */
  take(most: number): Promise<readonly T[] | undefined>
}

export function createBoundedQueue<T>(capacity: number): BoundedQueue<T> {
  let items: T[] = []
  let isEnded = false
  let wakeTaker: (() => void) | undefined
  let wakeBringer: (() => void) | undefined
  return {
    async push(item) {
      items.push(item)
      wakeTaker?.()
      if (items.length < capacity) return
      await new Promise<void>((resolve) => {
        wakeBringer = resolve
      })
    },
    end() {
      isEnded = true
      wakeTaker?.()
    },
    async take(most) {
      while (items.length === 0) {
        if (isEnded) return undefined
        await new Promise<void>((resolve) => {
          wakeTaker = resolve
        })
      }
      const taken = items.slice(0, most)
      items = items.slice(most)
      if (items.length < capacity) wakeBringer?.()
      return taken
    },
  }
}
