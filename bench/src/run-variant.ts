import { type Cost, measure } from './measure.js'
import { loadVariant, type VariantName } from './variants/load-variant.js'
import type { Seen, Source } from './variants/variant.js'

export interface Job {
  readonly variant: VariantName
  readonly source: Source
}

export interface Done {
  readonly seen: Seen
  readonly cost: Cost
}

/** A process for one run: takes a job as its only message, answers with what it cost and ends. */
process.once('message', async ({ variant, source }: Job) => {
  const run = await loadVariant(variant)
  const { value: seen, cost } = await measure(() => run(source))
  const done: Done = { seen, cost }
  process.send?.(done)
  process.disconnect()
})
