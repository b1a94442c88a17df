/** What a stage reads: anything `for await` takes, Node's and the web's readable streams included. */
export type Source<T> = AsyncIterable<T> | Iterable<T>

/**
 * A step of `stream.pipeline`, or of plain `for await`: a function from iterable to iterable. It pulls from its source only
 * when somebody pulls from it, and whoever stops early reaches the source's `finally`.
 */
export type Stage<In, Out> = (source: Source<In>) => AsyncGenerator<Out, void, undefined>
