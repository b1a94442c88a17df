import type { RunPlan } from './run-plan.js'

/** Whether rows are compared with the table before they are written. */
export function comparesFirst({ operation, skipUnchanged }: RunPlan['options']): boolean {
  return skipUnchanged && operation !== 'create' && operation !== 'delete'
}
