import type { Row, Source } from '@deltaverse/core'

type Awaitable<T> = T | Promise<T>

/**
 * What the suite needs to know about a source. Cases run one after another; each begins with `create` and ends with `dispose`.
 *
 * The table is one of accounts: `accountid` (the key) and `name`. A source of another table maps these.
 */
export interface SourceHarness {
  /** A source over a fresh table that is empty. Pages of few rows, so that a read of ten has several. */
  create(): Awaitable<Source>
  /** Another source object over the table of the last `create`, as another process makes it. */
  reopen(): Awaitable<Source>
  /** Puts a row into the table, or changes the one of that id. @returns its id, as the source tells it */
  upsert(number: number, name: string): Awaitable<string>
  /** Removes a row. */
  remove(number: number): Awaitable<void>
  /** What the row of a change looks like, for a source of other columns. Default: its `name`. */
  nameOf?(row: Row): unknown
  /** Makes the source forget every checkpoint that it has given; absent for one that never forgets. */
  forget?(): Awaitable<void>
  /** Member that holds the name, for `readColumns`. Default: `name` */
  readonly nameMember?: string
  /** Called at the end of every case. */
  dispose?(): Awaitable<void>
}
