import type { Change, Checkpoint, CompleteEvent, ResetEvent, Row } from '@deltaverse/core'

/** One page, as `pages()` of a feed gives it. */
export interface ChangePage<R extends object = Row> {
  /** A full read begins with this page. */
  readonly reset?: ResetEvent
  readonly changes: readonly Change<R>[]
  /** A full read ended with this page. */
  readonly complete?: CompleteEvent
  /** Save it once the changes of this page are durable. */
  readonly checkpoint: Checkpoint
}
