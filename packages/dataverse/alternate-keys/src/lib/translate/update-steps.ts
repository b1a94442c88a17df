import type { WireRow } from './row-translation.js'

/** Tables that refuse owner and state in one update (Microsoft Learn: Special update operation behavior). */
const twoStepTables: ReadonlySet<string> = new Set(['sla', 'routingrule'])

/**
 * Divides an update into the steps in which the service takes it: the data first, then the owner, then the state, because
 * rows of a closed state refuse edits. Most tables take everything in one step.
 *
 * @param apart whether owner and state are sent apart on every table. The service runs plug-ins twice for an update that
 *   mixes them with other columns, and a new row cannot begin in another state than the first. Default: `false`
 */
export function toUpdateSteps(
  logicalName: string,
  row: WireRow,
  { apart = false }: { readonly apart?: boolean | undefined } = {},
): WireRow[] {
  const owner: Record<string, unknown> = {}
  const state: Record<string, unknown> = {}
  const data: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    const step = /^ownerid(?:@odata\.bind)?$/.test(name)
      ? owner
      : /^stat(?:e|us)code$/.test(name)
        ? state
        : data
    step[name] = value
  }
  const hasBoth = Object.keys(owner).length > 0 && Object.keys(state).length > 0
  if (apart) return [data, owner, state].filter((step) => Object.keys(step).length > 0)
  return twoStepTables.has(logicalName) && hasBoth ? [{ ...data, ...owner }, state] : [row]
}
