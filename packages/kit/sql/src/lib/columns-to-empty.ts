/**
 * The fewest columns without which the database takes a row; `undefined` where it takes it in no way.
 *
 * @param isTaken tries the row with these columns empty, and leaves nothing behind
 */
export async function columnsToEmpty(
  places: readonly number[],
  isTaken: (emptied: ReadonlySet<number>) => Promise<boolean>,
): Promise<readonly number[] | undefined> {
  const emptied = new Set(places)
  if (places.length === 0 || !(await isTaken(emptied))) return undefined
  for (const place of places) {
    const fewer = new Set([...emptied].filter((each) => each !== place))
    if (await isTaken(fewer)) emptied.delete(place)
  }
  return [...emptied]
}
