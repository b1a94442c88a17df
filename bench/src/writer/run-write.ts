import { type Cost, measure } from '../measure.js'
import type { WriteLoad, WriteVariantName } from './write-load.js'
import { loadWriteVariant } from './write-variant.js'

export interface WriteJob {
  readonly variant: WriteVariantName
  readonly load: WriteLoad
}

export interface WriteDone {
  /** Rows that were reported as written. */
  readonly written: number
  readonly cost: Cost
}

/** A process for one run: takes a job as its only message, answers with what it cost and ends. */
process.once('message', async ({ variant, load }: WriteJob) => {
  const run = await loadWriteVariant(variant)
  const { value: written, cost } = await measure(() => run(load))
  const done: WriteDone = { written, cost }
  process.send?.(done)
  process.disconnect()
})
