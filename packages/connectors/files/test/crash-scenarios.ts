import type { ChangeEvent } from '@deltaverse/core'
import { account, checkpoint, complete, deleted, idOf, reset } from '@deltaverse/testing'

/** What is written between two commits. */
type Step = readonly ChangeEvent[]

const inMidRead = (epoch: number) => checkpoint({ phase: 'snapshot', epoch })

/** A first read, deltas, a full read that begins twice, and deltas again. */
const resync: readonly Step[] = [
  [reset(1), account(1), account(2), inMidRead(1)],
  [account(3), account(4), inMidRead(1)],
  [account(5), complete(1, 5), checkpoint()],
  [account(1, {}, 2), deleted(idOf(2)), checkpoint()],
  [checkpoint()],
  [account(6), account(1, {}, 3), inMidRead(1)],
  [deleted(idOf(3)), account(2, {}, 2), checkpoint()],
  [reset(2), account(1, {}, 4), account(7), inMidRead(2)],
  [account(8), inMidRead(2)],
  [reset(2), account(4, {}, 5), inMidRead(2)],
  [account(1, {}, 5), account(9), complete(2, 3), checkpoint({ epoch: 2 })],
  [account(9, {}, 6), deleted(idOf(1)), checkpoint({ epoch: 2 })],
]

/** Reads that begin again within a commit, that bring nothing, and that another one overtakes. */
const beginnings: readonly Step[] = [
  [],
  [reset(1), account(1), reset(1), account(2), inMidRead(1)],
  [reset(1), inMidRead(1)],
  [account(3), account(4), account(5), complete(1, 3), checkpoint()],
  [reset(2), account(6), inMidRead(2)],
  [reset(3), complete(3, 0), checkpoint({ epoch: 3 })],
  [account(7), deleted(idOf(9)), checkpoint({ epoch: 3 })],
  [
    reset(4),
    account(8),
    complete(4, 1),
    checkpoint({ epoch: 4 }),
    account(8, {}, 2),
    checkpoint({ epoch: 4 }),
  ],
]

export const scenarios: Readonly<Record<string, readonly Step[]>> = { resync, beginnings }
