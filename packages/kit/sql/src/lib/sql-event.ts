import type { DeadLetter } from '@deltaverse/bad-rows'

/**
 * What the sink of a database meets, for logs and reports.
 *
 * | kind | said when |
 * |---|---|
 * | `bad-row` | a row could not be kept, and its letter is in the dead-letter file |
 * | `waiting-for-lock` | a statement waits for a lock that somebody else has; said once for each wait |
 */
export type SqlEvent =
  | { readonly kind: 'bad-row'; readonly letter: DeadLetter }
  | {
      readonly kind: 'waiting-for-lock'
      /** What is being done: `writing to "public"."accounts"`. */
      readonly doing: string
      /** Who holds the lock, where the database tells. */
      readonly holder: string | undefined
      /** How long it waits at most, in milliseconds from the beginning; 0 without end. */
      readonly busyWaitMs: number
    }
