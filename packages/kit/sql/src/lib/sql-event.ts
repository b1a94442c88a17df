import type { DeadLetter } from '@deltaverse/bad-rows'
import type { Blocker } from './blocker.js'

/** What the sink of a database meets. */
export type SqlEvent =
  /** A row could not be kept, and its letter is in the dead-letter file. */
  | { readonly kind: 'bad-row'; readonly letter: DeadLetter }
  /** A statement has been waiting for what somebody else holds. */
  | { readonly kind: 'waiting'; readonly doing: string; readonly blocker: Blocker }
  /** That one was a session of ours which stood still for good, and was ended. */
  | { readonly kind: 'session-ended'; readonly doing: string; readonly blocker: Blocker }
