/** Passes items, one at a time, from somebody who writes to somebody who iterates. */
export interface Handoff<T> {
  /** Offers an item; `onTaken` is called when the other side takes it. One at a time. */
  put(item: T, onTaken: () => void): void
  /** No more items will come. */
  end(): void
  /** The items end here, with this error. */
  fail(error: Error): void
  /** To be iterated once. */
  readonly items: AsyncGenerator<T, void, undefined>
}

export function createHandoff<T>(): Handoff<T> {
  let offered: { readonly item: T; readonly onTaken: () => void } | undefined
  let ended = false
  let failure: Error | undefined
  let wake = () => {}

  async function* take(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      if (failure !== undefined) throw failure
      if (offered !== undefined) {
        const { item, onTaken } = offered
        offered = undefined
        onTaken()
        yield item
      } else if (ended) {
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }

  return {
    put(item, onTaken) {
      offered = { item, onTaken }
      wake()
    },
    end() {
      ended = true
      wake()
    },
    fail(error) {
      failure = error
      wake()
    },
    items: take(),
  }
}
