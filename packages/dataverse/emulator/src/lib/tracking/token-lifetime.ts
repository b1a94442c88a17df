import { builtInIds } from '../schema/built-in-rows.js'
import type { Service } from '../service.js'

const dayMs = 86_400_000

/** How long delta tokens live, from the column `expirechangetrackingindays` of the organization. */
export function tokenLifetimeMs({ store, options }: Pick<Service, 'store' | 'options'>): number {
  const days = store.table('organization').get(builtInIds.organization)?.expirechangetrackingindays
  return (typeof days === 'number' ? days : options.changeTracking.tokenLifetimeDays) * dayMs
}
