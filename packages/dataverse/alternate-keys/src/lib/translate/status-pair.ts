import type { ChoiceOption } from '@deltaverse/metadata'
import { describeValue, findOptions, type Translation } from '@deltaverse/values'

/** State and status as the service wants them: always together. */
export interface StatusPair {
  readonly statecode: number
  readonly statuscode: number
}

/** What a row says of its state; each by value or label. */
export interface StatusInput {
  readonly statecode?: unknown
  readonly statuscode?: unknown
  /** One label for either: a status, or else a state. */
  readonly status?: unknown
}

/** The options of a table's state and status columns. */
export interface StatusOptions {
  readonly states: readonly ChoiceOption[]
  readonly statuses: readonly ChoiceOption[]
}

/**
 * Completes state and status to a pair. A state alone brings its default status, which the service would choose as well
 * but leave out of the audit; a status belongs to one state.
 */
export function toStatusPair(input: StatusInput, options: StatusOptions): Translation<StatusPair> {
  if (input.status !== undefined && input.statuscode === undefined && input.statecode === undefined) {
    const asStatus = toStatusPair({ statuscode: input.status }, options)
    if ('value' in asStatus) return asStatus
    const asState = toStatusPair({ statecode: input.status }, options)
    return 'value' in asState ? asState : asStatus
  }
  const state = input.statecode === undefined ? undefined : findOptions(options.states, input.statecode)
  if (state !== undefined && 'problem' in state) return state
  if (input.statuscode === undefined) return defaultOf(state?.value[0], options, input.statecode)
  const statuses = findOptions(options.statuses, input.statuscode)
  if ('problem' in statuses) return statuses
  const wanted = state?.value[0]?.value
  const fitting = statuses.value.filter((each) => wanted === undefined || each.state === wanted)
  const [only] = fitting
  if (only?.state !== undefined && fitting.length === 1) {
    return { value: { statecode: only.state, statuscode: only.value } }
  }
  return fitting.length > 1
    ? {
        problem: `the label ${describeValue(input.statuscode)} belongs to several statuses (${fitting.map(({ value }) => value).join(', ')}): give statecode as well, or the value`,
      }
    : {
        problem: `status ${describeValue(input.statuscode)} does not belong to state ${describeValue(input.statecode)}`,
      }
}

function defaultOf(
  state: ChoiceOption | undefined,
  { statuses }: StatusOptions,
  given: unknown,
): Translation<StatusPair> {
  const statuscode = state?.defaultStatus ?? statuses.find((each) => each.state === state?.value)?.value
  if (state === undefined || statuscode === undefined) {
    return { problem: `state ${describeValue(given)} has no status` }
  }
  return { value: { statecode: state.value, statuscode } }
}
