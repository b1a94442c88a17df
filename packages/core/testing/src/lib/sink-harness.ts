import type { Row, Sink } from '@deltaverse/core'

type Awaitable<T> = T | Promise<T>

/**
 * What the suites need to know about a sink. Cases of one harness run one after another; each begins with `create` and
 * ends with `dispose`.
 *
 * The rows that are written are those of an `accounts` table: `accountid` and `name` always; `description` (text),
 * `revenue` (number), `numberofemployees` (integer), `creditonhold` (boolean), `createdon` (date and time),
 * `_primarycontactid_value` (GUID), annotations of these, and a collection `contact_customer_accounts` here and there.
 */
export interface SinkHarness<Position = unknown, S extends Sink<Position> = Sink<Position>> {
  /** A sink over fresh, empty storage. */
  create(): Awaitable<S>
  /** A new sink object over the storage of the last `create`, as a new process makes it. The one before was closed or crashed. */
  reopen(): Awaitable<S>
  /**
   * Every row that is committed, by id, as a reader of the storage comes to know it (the harness of a log replays it). Asked
   * while a sink is open and after it was closed.
   */
  rows(): Awaitable<ReadonlyMap<string, Row>>
  /**
   * What a reader sees while a full read is under way; give it when readers may look at any time. Old rows have to be there
   * until `complete`, as they were or as the read brought them. Default: nobody looks.
   */
  visible?(): Awaitable<ReadonlyMap<string, Row>>
  /** What `rows` gives for a row, where that is not the row itself (a sink of certain columns). Default: the row. */
  expected?(row: Row): Row
  /** Does to a sink what the death of its process does: nothing is flushed, what it held open is let go. Default: `close`. */
  crash?(sink: S): Awaitable<void>
  /**
   * Puts data of somebody else where the sink could reach it (a file in its folder, a table in its schema).
   *
   * @returns a check that rejects when that data is not as it was put
   */
  plantForeign?(): Awaitable<() => Awaitable<void>>
  /**
   * `false` for a sink that cannot take back what it committed (a database table without history): opened at an older position
   * it then only has to end right when the changes beyond come again. Default: `true`.
   */
  readonly discardsBeyond?: boolean
  /** Called at the end of every case: removes the storage. */
  dispose?(): Awaitable<void>
}
