import type { Clock } from '@deltaverse/core'
import { openSource, type RowSource } from '../queue/row-source.js'

/** How many rows are gathered at most, and how long the first of them waits for the others. */
export interface GatherTerms {
  readonly maxRows: number
  readonly maxWaitMs: number
  readonly clock: Clock
}

/** The rows of a source in lists, in order. A source that pauses does not hold back what it brought before. */
export async function* gatherRows<R>(
  source: RowSource<R>,
  { maxRows, maxWaitMs, clock }: GatherTerms,
): AsyncGenerator<readonly R[], void, undefined> {
  const iterator = openSource(source)
  let asked: Promise<IteratorResult<R>> | undefined
  let ended = false
  let failure: { readonly error: unknown } | undefined

  /** The next row, at once or later; `undefined` once the time is over. */
  async function nextOf(due: () => Promise<undefined>): Promise<IteratorResult<R> | undefined> {
    if (asked === undefined) {
      const step = iterator.next()
      if (!('then' in step)) return step
      asked = step
    }
    const step = await Promise.race([asked, due()])
    if (step !== undefined) asked = undefined
    return step
  }

  async function gather(): Promise<readonly R[]> {
    const rows: R[] = []
    const closing = new AbortController()
    let timer: Promise<undefined> | undefined
    const never = new Promise<undefined>(() => {})
    const due = (): Promise<undefined> => {
      if (rows.length === 0) return never
      timer ??= clock.delay(maxWaitMs, closing.signal).then(
        () => undefined,
        () => undefined,
      )
      return timer
    }
    try {
      while (rows.length < maxRows) {
        const step = await nextOf(due)
        if (step === undefined) break
        if (step.done === true) {
          ended = true
          break
        }
        rows.push(step.value)
      }
    } catch (error) {
      // What came before the source broke is still written.
      failure = { error }
    } finally {
      closing.abort()
    }
    return rows
  }

  try {
    while (!ended && failure === undefined) {
      const rows = await gather()
      if (rows.length > 0) yield rows
    }
    if (failure !== undefined) throw failure.error
  } finally {
    if (!ended && failure === undefined) {
      const closing = Promise.resolve(iterator.return?.())
      // A source that was asked for its next row may never answer; then nobody waits for its end.
      if (asked === undefined) await closing
      else closing.catch(() => undefined)
    }
  }
}
