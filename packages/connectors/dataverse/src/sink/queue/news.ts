/** Wakes whoever waits for something to happen. */
export interface News {
  /** Something happened. */
  tell(): void
  /** What was told so far has been looked at. */
  forget(): void
  /** Resolves at once if something was told since it was last forgotten, else when it is. */
  wait(): Promise<void>
}

export function createNews(): News {
  let isNew = false
  let wake = (): void => {}
  return {
    tell() {
      if (isNew) return
      isNew = true
      wake()
    },
    forget() {
      isNew = false
    },
    async wait() {
      if (isNew) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    },
  }
}
