import type { SyncStep } from '@deltaverse/sync'
import { type FilePoint, filePoints } from './disk/failing-files.js'

/** Behind each step, what the sync works on next. */
const workBehind: Readonly<Record<SyncStep, Work>> = {
  'lease-taken': 'opening',
  opened: 'reading',
  'page-read': 'reading',
  'batch-written': 'reading',
  'resync-began': 'reading',
  'before-complete': 'reading',
  'deletions-derived': 'reading',
  'before-ledger-commit': 'ledger-commit',
  'before-sink-commit': 'sink-commit',
  'after-sink-commit': 'state-save',
  'after-state-saved': 'reading',
}

/** What the sync is at while it works on files. */
export type Work = 'opening' | 'reading' | 'ledger-commit' | 'sink-commit' | 'state-save'

const works: readonly Work[] = ['opening', 'reading', 'ledger-commit', 'sink-commit', 'state-save']

/**
 * Where a run can be made to crash.
 *
 * | point | reached |
 * |---|---|
 * | `step:…` | between two actions of the sync, see `SyncStep` |
 * | `file:…` | before, in the middle of or behind an operation on files |
 * | `in:…` | at any operation on files while the sync opens, reads, commits its ledger or its sink, or saves its state |
 * | `request` | when a request arrives at the service |
 * | `keys-only-request` | when one is sent that selects the primary key alone |
 * | `catch-up-page` | when a page of what changed under a full read is handed on |
 */
export type Failpoint =
  | `step:${SyncStep}`
  | FilePoint
  | `in:${Work}`
  | 'request'
  | 'keys-only-request'
  | 'catch-up-page'

export const failpoints: readonly [Failpoint, ...Failpoint[]] = [
  'request',
  'keys-only-request',
  'catch-up-page',
  ...(Object.keys(workBehind) as SyncStep[]).map((step) => `step:${step}` as const),
  ...works.map((work) => `in:${work}` as const),
  ...filePoints,
]

/** Counts how often one point is reached, and ends everything at the n-th time. */
export interface Trigger {
  reached(point: Failpoint): void
  readonly fired: boolean
}

export function createTrigger(crash: { at: string; nth: number } | undefined, die: () => void): Trigger {
  let left = crash?.nth ?? 0
  let fired = false
  return {
    reached(point) {
      if (fired || point !== crash?.at) return
      left -= 1
      if (left > 0) return
      fired = true
      die()
    },
    get fired() {
      return fired
    },
  }
}

/** What the sync works on behind a step. */
export function workAfter(step: SyncStep): Work {
  return workBehind[step]
}
