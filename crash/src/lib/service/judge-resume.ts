import type { Problem, TraceEntry } from '@deltaverse/testing/crash'
import type { RunOrder } from '../run/run-order.js'
import { entitySet, selections } from './item-table.js'

/** What of a saved state says where the next run has to go on. */
interface SavedState {
  readonly environmentId?: string
  readonly checkpoint: {
    readonly expiresAt?: string
    readonly cursor: {
      readonly select: readonly string[] | null
      readonly nextLink?: string
      readonly guardLink?: string
      readonly gap?: { readonly expiresAt?: string }
    }
  }
}

/** A run asks first for the page that the saved state names: what lies before it was committed, and is not to come again. */
export function judgeResume(
  trace: readonly TraceEntry[],
  requests: readonly string[],
  order: RunOrder,
): Problem[] {
  const loaded = trace.find((entry) => entry.kind === 'loaded')
  if (loaded === undefined || loaded.state === null) return []
  const state = JSON.parse(loaded.state) as SavedState
  const { nextLink, guardLink } = state.checkpoint.cursor
  const expected = guardLink ?? nextLink
  const first = requests.find((url) => url.includes(`/${entitySet}?`))
  if (expected === undefined || first === undefined || first === expected) return []
  if (startsAnew(state, order)) return []
  return [
    { kind: 'repeated', message: `the run asked for ${first} and not, as the state says, for ${expected}` },
  ]
}

function startsAnew({ checkpoint, environmentId }: SavedState, order: RunOrder): boolean {
  const { expiresAt, cursor } = checkpoint
  const { select, gap } = cursor
  const isExpired = [expiresAt, gap?.expiresAt].some(
    (each) => each !== undefined && Date.parse(each) <= order.nowMs,
  )
  const isOther = order.environmentId !== undefined && order.environmentId !== environmentId
  const columns = [...selections[order.selection]].sort()
  return order.restart || isExpired || isOther || select?.join() !== columns.join()
}
