/** Hands states on once every record before them is settled: what a tap may go on from. */
export interface Acknowledgements {
  /** A record came. @returns its number */
  record(): number
  /** What became of a record is known, and nothing of it can be lost any more. */
  settled(number: number): Promise<void>
  /** A state came, behind the records so far. */
  state(value: unknown): Promise<void>
}

/** @param print takes the value of a state; waited for. A state that another one overtakes is left out */
export function createAcknowledgements(print: (value: unknown) => Promise<void>): Acknowledgements {
  /** In the order of their numbers, as a set keeps the order in which it was filled. */
  const open = new Set<number>()
  let states: { readonly behind: number; readonly value: unknown }[] = []
  let last = 0

  async function flush(): Promise<void> {
    const [oldest = Number.POSITIVE_INFINITY] = open
    const ripe = states.filter(({ behind }) => behind < oldest)
    if (ripe.length === 0) return
    states = states.slice(ripe.length)
    await print(ripe.at(-1)?.value)
  }

  return {
    record() {
      last += 1
      open.add(last)
      return last
    },
    async settled(number) {
      open.delete(number)
      await flush()
    },
    async state(value) {
      if (states.at(-1)?.behind === last) states.pop()
      states.push({ behind: last, value })
      await flush()
    },
  }
}
