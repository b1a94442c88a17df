/**
 * Does work on items that fail together when one of them is bad: on all at once, else on halves of them, down to the bad ones.
 *
 * @param attempt takes effect as a whole or not at all
 * @param isBad whether an error is about items rather than about everything
 * @param onBad deals with one that fails alone
 */
export async function divide<T>(
  items: readonly T[],
  attempt: (items: readonly T[]) => Promise<void>,
  isBad: (error: unknown) => boolean,
  onBad: (item: T, error: unknown) => Promise<void>,
): Promise<void> {
  const [first] = items
  if (first === undefined) return
  try {
    await attempt(items)
  } catch (error) {
    if (!isBad(error)) throw error
    if (items.length === 1) await onBad(first, error)
    else {
      const middle = items.length >> 1
      await divide(items.slice(0, middle), attempt, isBad, onBad)
      await divide(items.slice(middle), attempt, isBad, onBad)
    }
  }
}
