import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { advanceBulkDeleteJob, bulkDeleteType } from './bulk-delete-job.js'

/** Takes every system job that is not over one step on, oldest first; tells whether there was one. */
export function advanceJobs(service: Service): boolean {
  const jobs = [...service.context.rows('asyncoperation')].filter(isOpen).sort(byVersion)
  for (const job of jobs) advanceBulkDeleteJob(service, job)
  return jobs.length > 0
}

/** Runs every system job to its end. */
export function finishJobs(service: Service): void {
  // Looked at after each request: cheap where nothing waits.
  while (service.store.table('asyncoperation').size > 0 && advanceJobs(service)) {
    // Waiting, running, over.
  }
}

function isOpen({ operationtype, statecode }: StoredRow): boolean {
  return operationtype === bulkDeleteType && (statecode === 0 || statecode === 2)
}

function byVersion(a: StoredRow, b: StoredRow): number {
  return Number(a.versionnumber) - Number(b.versionnumber)
}
