/** Rows from anywhere: an array, a generator, a readable stream in object mode, a stage of a pipeline. */
export type RowSource<R> = Iterable<R> | AsyncIterable<R>

/** Opens a source. @throws TypeError for what cannot be iterated */
export function openSource<R>(source: RowSource<R>): AsyncIterator<R> | Iterator<R> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]()
    if (Symbol.iterator in source) return source[Symbol.iterator]()
  }
  throw new TypeError(`rows must be iterable, received ${source === null ? 'null' : typeof source}`)
}

/** The items of a source, each changed on its way. */
export async function* mapSource<From, To>(
  source: RowSource<From>,
  change: (item: From, index: number) => To,
): AsyncGenerator<To, void, undefined> {
  let index = 0
  for await (const item of source) yield change(item, index++)
}
