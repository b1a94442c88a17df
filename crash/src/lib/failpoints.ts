import type { SyncStep } from '@deltaverse/sync'
import type { SeededRandom } from '@deltaverse/testing'
import type { CrashPoint as AnyCrashPoint } from '@deltaverse/testing/crash'
import type { FilePoint } from './disk/failing-files.js'

/** Where a run is made to crash: the n-th time that this is reached in it. */
export type CrashPoint = AnyCrashPoint<Failpoint>

/** Behind each step, what the sync works on next. */
const workBehind: Readonly<Record<SyncStep, Work>> = {
  'lease-taken': 'opening',
  opened: 'reading',
  'page-read': 'reading',
  'batch-written': 'reading',
  'resync-began': 'reading',
  'before-complete': 'reading',
  'deletions-derived': 'reading',
  'columns-read': 'reading',
  'columns-written': 'reading',
  'before-fingerprint-commit': 'reading',
  'before-sink-commit': 'sink-commit',
  'after-sink-commit': 'state-save',
  'after-state-saved': 'reading',
}

/** What the sync is at while it works on files. */
export type Work = 'opening' | 'reading' | 'sink-commit' | 'state-save'

/**
 * Where a run can be made to crash.
 *
 * | point | reached |
 * |---|---|
 * | `step:…` | between two actions of the sync, see `SyncStep` |
 * | `file:…` | before, in the middle of or behind an operation on files |
 * | `in:…` | at any operation on files while the sync opens, reads, commits its sink, or saves its state |
 * | `sink:…` | at each turn of the event loop while a sink that does not stand on our files is in the middle of it |
 * | `fingerprints:…` | while the fingerprint store is in the middle of it |
 * | `request` | when a request arrives at the service |
 * | `keys-only-request` | when one is sent that selects the primary key alone |
 * | `catch-up-page` | when a page of what changed under a full read is handed on |
 */
export type Failpoint =
  | `step:${SyncStep}`
  | FilePoint
  | `in:${Work}`
  | SinkPoint
  | `fingerprints:${'opening' | 'recording' | 'removing' | 'committing'}`
  | 'request'
  | 'keys-only-request'
  | 'catch-up-page'

/** Places within the calls of a sink. */
type SinkPoint = `sink:${'opening' | 'writing' | 'committing'}`

/** How often each point is reached in a run of a scenario, about. */
const reaches: Readonly<Record<Failpoint, number>> = {
  request: 12,
  'keys-only-request': 3,
  'catch-up-page': 2,
  'step:lease-taken': 1,
  'step:opened': 1,
  'step:page-read': 5,
  'step:batch-written': 5,
  'step:resync-began': 1,
  'step:before-complete': 1,
  'step:deletions-derived': 1,
  'step:columns-read': 3,
  'step:columns-written': 3,
  'step:before-fingerprint-commit': 5,
  'step:before-sink-commit': 5,
  'step:after-sink-commit': 5,
  'step:after-state-saved': 5,
  'in:opening': 16,
  'in:reading': 12,
  'fingerprints:opening': 1,
  'fingerprints:recording': 5,
  'fingerprints:removing': 2,
  'fingerprints:committing': 5,
  'in:sink-commit': 30,
  'in:state-save': 30,
  'sink:opening': 20,
  'sink:writing': 20,
  'sink:committing': 40,
  'file:before-open': 12,
  'file:before-write': 15,
  'file:half-written': 15,
  'file:written': 15,
  'file:before-truncate': 1,
  'file:truncated': 1,
  'file:before-fsync': 15,
  'file:fsynced': 15,
  'file:before-rename': 10,
  'file:renamed': 10,
  'file:before-remove': 10,
  'file:removed': 10,
  'file:before-link': 5,
  'file:linked': 5,
  'file:before-folder-fsync': 10,
  'file:folder-fsynced': 10,
  'file:read': 15,
}

/** All that a run of these parts can reach. */
export function failpointsOf({ hasFingerprints, standsOnFiles }: ReachedParts): readonly Failpoint[] {
  return (Object.keys(reaches) as Failpoint[]).filter(
    (point) =>
      (hasFingerprints || !isOfFingerprints(point)) &&
      !(standsOnFiles ? point.startsWith('sink:') : /^(?:file|in):/.test(point)),
  )
}

/** What a run is made of, as far as it says which points there are. */
export interface ReachedParts {
  readonly hasFingerprints: boolean
  /** Whether the sink stands on our files, whose every operation is a point, or on a system of its own. */
  readonly standsOnFiles: boolean
}

/** Draws a place to crash at: any of them, at any of the times that a run reaches it. */
export function drawCrash(random: SeededRandom, parts: ReachedParts): CrashPoint {
  const all = failpointsOf(parts)
  const at = all[random.below(all.length)] ?? 'request'
  return { at, nth: random.between(1, random.chance(0.5) ? 1 : reaches[at]) }
}

function isOfFingerprints(point: Failpoint): boolean {
  return point.startsWith('fingerprints:') || point === 'step:deletions-derived'
}

/** Draws a step of the sync that every run comes by. */
export function drawStep(random: SeededRandom): CrashPoint {
  const steps = [
    'step:opened',
    'step:batch-written',
    'step:after-sink-commit',
    'step:after-state-saved',
  ] as const
  return { at: random.pick(steps), nth: random.between(1, 2) }
}

/** What the sync works on behind a step. */
export function workAfter(step: SyncStep): Work {
  return workBehind[step]
}
