/** Lets asynchronous work be done one at a time, in the order in which it was asked for. */
export type TakeTurn = <T>(work: () => Promise<T>) => Promise<T>

export function createTurns(): TakeTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}
