import type { Cost } from '../measure.js'

export interface FeedRun {
  readonly rows: number
  readonly cost: Cost
}

/** What one phase of the work on many rows took. */
export interface Phase {
  readonly name: string
  readonly rows: number
  readonly wallMs: number
  readonly cpuMs: number
  /** Written to the disk, compactions and logs included. */
  readonly writtenBytes: number
  readonly peak: Memory
}

/** Parts of the resident memory. */
interface Memory {
  readonly anonymousMb: number
  /** Pages of files, which the system takes back when it needs them. */
  readonly fileMb: number
}

export interface ManyRowsRun {
  readonly phases: readonly Phase[]
  readonly diskMb: number
}

export const commitSize = 5_000
