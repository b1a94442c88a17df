import type { PlannedWrite } from '@deltaverse/dataverse'
import type { Counts, ProductWork } from './product-work.js'
import type { PlannedProduct } from './sync-report.js'

/** Says what a sync would do; writes nothing. Keeps what would change, not what would stay. */
export async function planProducts({ writers, rows, gone, signal }: ProductWork): Promise<Counts> {
  const plan: PlannedProduct[] = []
  const counts = { create: 0, update: 0, delete: 0, unchanged: 0, rejected: 0, superseded: 0 }
  let count = 0
  for await (const planned of writers.upsert.dryRun(rows, { signal })) {
    count += 1
    counts[planned.plan] += 1
    if (planned.plan === 'create' || planned.plan === 'update' || planned.plan === 'rejected') {
      plan.push(toPlannedProduct(planned, planned.plan))
    }
  }
  let deactivated = 0
  for await (const planned of gone.length === 0 ? [] : writers.deactivate.dryRun(gone, { signal })) {
    if (planned.plan === 'unchanged') continue
    const isRejected = planned.plan === 'rejected'
    if (isRejected) counts.rejected += 1
    else deactivated += 1
    plan.push(toPlannedProduct(planned, isRejected ? 'rejected' : 'deactivate'))
  }
  return {
    rows: count,
    created: counts.create,
    updated: counts.update,
    unchanged: counts.unchanged,
    superseded: counts.superseded,
    deactivated,
    failed: counts.rejected,
    plan,
  }
}

function toPlannedProduct(planned: PlannedWrite, plan: PlannedProduct['plan']): PlannedProduct {
  const { key, columns, error } = planned
  return {
    plan,
    productnumber: String(key.productnumber ?? ''),
    ...(plan === 'update' && columns !== undefined && { columns }),
    ...(error !== undefined && { reason: error.message }),
  }
}
