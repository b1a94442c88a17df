import type { Wire } from './plan.js'
import type { CaseResult } from './result.js'
import type { VariantName } from './variants/load-variant.js'

export function findCase(results: readonly CaseResult[], variant: VariantName, wire: Wire): CaseResult {
  const found = results.find(({ case: c }) => c.variant === variant && c.wire === wire)
  if (found === undefined) throw new Error(`"${variant}" was not run over ${wire}`)
  return found
}
