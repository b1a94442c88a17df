/** Everything an iterable gives. */
export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What an iterable gives until it ends or throws. */
export async function collectUntilError<T>(
  items: AsyncIterable<T>,
): Promise<{ readonly items: T[]; readonly error: unknown }> {
  const all: T[] = []
  try {
    for await (const item of items) all.push(item)
  } catch (error) {
    return { items: all, error }
  }
  return { items: all, error: undefined }
}
