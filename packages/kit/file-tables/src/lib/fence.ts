import type { Lease } from '@deltaverse/core'
import { guardedFiles } from '@deltaverse/durable-files'
import type { TableFiles } from './table-files.js'

/**
 * Under which number files are written. A holder of a lease that was thought dead may wake up and write on: whoever took the
 * lease from it by force writes files with a higher number in their names, and changes none that it counts on.
 */
export interface Fence {
  readonly number: number
  /** Since the position was saved, the lease was taken from a holder that may still run. */
  readonly isRaised: boolean
}

/** @param saved the number in the position that is opened; absent for 0 */
export function fenceOf(saved: number | undefined, lease: Lease | undefined): Fence {
  const number = Math.max(saved ?? 0, lease?.fence ?? 0)
  return { number, isRaised: number > (saved ?? 0) }
}

/** What a fence adds to names; nothing as long as nobody took a lease by force. */
export function fenceSuffix(separator: string, fence: number): string {
  return fence === 0 ? '' : `${separator}${fence}`
}

/** The same files, with the lease asked for before each change. */
export function underLease<Settings extends TableFiles>(
  settings: Settings,
  lease: Lease | undefined,
): Settings {
  if (lease?.check === undefined) return settings
  const { check } = lease
  return { ...settings, files: guardedFiles(settings.files, () => check()) }
}
