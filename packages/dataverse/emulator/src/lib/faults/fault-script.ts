import { checkFaultRule } from './check-fault-rule.js'
import type { FaultAction, FaultMatch, FaultRule, Faults } from './fault-rule.js'

/** Faults, and what the server asks of them. */
export interface FaultScript extends Faults {
  /** The fault of a request, or of a part of a batch; the first rule that fits. */
  take(method: string, url: string, inBatch?: boolean): FaultAction | undefined
}

interface ActiveRule {
  readonly rule: FaultRule
  readonly times: number
  seen: number
  hit: number
}

/** Creates an empty script. */
export function createFaultScript(): FaultScript {
  let rules: ActiveRule[] = []
  const add = (rule: FaultRule, times: number): void => {
    checkFaultRule(rule)
    rules.push({ rule: { ...rule }, times: rule.times ?? times, seen: 0, hit: 0 })
  }
  return {
    next: (rule) => add(rule, 1),
    add: (rule) => add(rule, Number.POSITIVE_INFINITY),
    clear() {
      rules = []
    },
    take(method, url, inBatch = false) {
      for (const active of rules) {
        if (!matches(active.rule, method, url, inBatch)) continue
        active.seen += 1
        if (active.seen < (active.rule.nth ?? 1)) continue
        active.hit += 1
        if (active.hit >= active.times) rules = rules.filter((each) => each !== active)
        return active.rule
      }
      return undefined
    },
  }
}

function matches(rule: FaultMatch, method: string, url: string, inBatch: boolean): boolean {
  if (rule.inBatch !== undefined && rule.inBatch !== inBatch) return false
  if (rule.method !== undefined && rule.method.toUpperCase() !== method) return false
  if (rule.url === undefined) return true
  return typeof rule.url === 'string' ? url.includes(rule.url) : url.search(rule.url) !== -1
}
