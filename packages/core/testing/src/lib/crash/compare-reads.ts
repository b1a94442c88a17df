import type { Problem } from './problem.js'
import type { LoggedRead } from './sink-view.js'
import type { Delivery } from './trace.js'

/**
 * A log holds the committed deliveries, each once and in their order: its last read those since the last `reset`, an earlier
 * one those of an earlier full read that came to its end.
 */
export function compareReads(reads: readonly LoggedRead[], committed: readonly Delivery[]): Problem[] {
  const expected = splitAtResets(committed)
  const last = reads.at(-1)
  const problems = compareLines(last?.lines ?? [], changesOf(expected.at(-1) ?? []))
  const earlier = expected.slice(0, -1).filter((each) => each.some(({ kind }) => kind === 'complete'))
  const found = reads.slice(0, -1).filter(({ isComplete }) => isComplete)
  if (found.length !== earlier.length) {
    const message = `the log has ${found.length} earlier reads that came to their end, and ${earlier.length} did`
    problems.push({ kind: 'lost', message })
  } else {
    for (const [index, { lines }] of found.entries()) {
      problems.push(...compareLines(lines, changesOf(earlier[index] ?? [])))
    }
  }
  return problems
}

function splitAtResets(deliveries: readonly Delivery[]): Delivery[][] {
  const reads: Delivery[][] = []
  for (const each of deliveries) {
    if (each.kind === 'reset' || reads.length === 0) reads.push([])
    reads.at(-1)?.push(each)
  }
  return reads
}

function changesOf(deliveries: readonly Delivery[]): Delivery[] {
  return deliveries.filter(({ kind }) => kind === 'row' || kind === 'deletion' || kind === 'patch')
}

function compareLines(lines: readonly Delivery[], wanted: readonly Delivery[]): Problem[] {
  const expected = wanted.map((each) => JSON.stringify(each))
  const found = lines.map((each) => JSON.stringify(each))
  if (expected.length === found.length && expected.every((text, index) => text === found[index])) return []
  const surplus = subtract(found, expected)
  const missing = subtract(expected, found)
  const problems: Problem[] = [
    ...missing.map((text) => ({ kind: 'lost', message: `the log lacks ${text}` }) as const),
    ...surplus.map((text) => ({ kind: 'repeated', message: `the log has ${text} once too often` }) as const),
  ]
  if (problems.length > 0) return problems
  return [{ kind: 'torn', message: 'the log holds what was committed in another order' }]
}

/** As bags: what is in one more often than in the other. */
function subtract(from: readonly string[], what: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const text of what) left.set(text, (left.get(text) ?? 0) + 1)
  return from.filter((text) => {
    const times = left.get(text) ?? 0
    left.set(text, times - 1)
    return times <= 0
  })
}
