import type { Row } from '@deltaverse/core'

/** Takes rows out of a source, at once where it has them, else when they come. */
export interface RowPuller {
  /** Whether the source has no more rows, or broke. */
  readonly ended: boolean
  /** Pulls as long as there is room and rows can be had at once; a row that comes later is announced. */
  pull(hasRoom: () => boolean): void
  /** Tells a source that was not read to its end that nobody wants more. */
  close(): Promise<void>
}

export interface RowPullerEvents {
  onRow(row: Row): void
  /** The source, or what was done with a row of it, threw. */
  onError(error: unknown): void
  /** A row came, or the end, after `pull()` had returned. */
  onNews(): void
}

/** Creates the puller of one source. It never asks for a row before the last one came. */
export function createRowPuller(
  iterator: AsyncIterator<Row> | Iterator<Row>,
  { onRow, onError, onNews }: RowPullerEvents,
): RowPuller {
  let ended = false
  let asking = false

  function take(step: IteratorResult<Row>): void {
    if (step.done === true) ended = true
    else onRow(step.value)
  }

  function breakOff(error: unknown): void {
    ended = true
    onError(error)
  }

  async function wait(step: Promise<IteratorResult<Row>>): Promise<void> {
    asking = true
    try {
      take(await step)
    } catch (error) {
      breakOff(error)
    }
    asking = false
    onNews()
  }

  return {
    get ended() {
      return ended
    },
    pull(hasRoom) {
      while (!ended && !asking && hasRoom()) {
        try {
          const step = iterator.next()
          if ('then' in step) void wait(step)
          else take(step)
        } catch (error) {
          breakOff(error)
        }
      }
    },
    async close() {
      if (ended) return
      const closing = Promise.resolve(iterator.return?.())
      // A source that was asked for its next row may never answer; then nobody waits for its end.
      if (asking) closing.catch(() => {})
      else await closing
    },
  }
}
