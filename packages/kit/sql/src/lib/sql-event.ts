import type { DeadLetter } from '@deltaverse/bad-rows'

/** What the sink of a database meets: a row could not be kept, and its letter is in the dead-letter file. */
export interface SqlEvent {
  readonly kind: 'bad-row'
  readonly letter: DeadLetter
}
