import { parseQueryExpression } from '../conditions/query-expression.js'
import { ServiceError } from '../http/service-error.js'
import { rowIdentity } from '../schema/row-identity.js'
import type { Table } from '../schema/table.js'
import type { StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { deleteRow } from '../writing/delete-row.js'
import type { RowValues } from '../writing/read-body.js'
import { createRow, updateRow } from '../writing/write-row.js'

/** `operationtype` of a job that deletes in bulk. */
export const bulkDeleteType = 13

/** States and statuses of a job (Microsoft Learn, table reference of `asyncoperation`). */
const running = { statecode: 2, statuscode: 20 } as const
const succeeded = { statecode: 3, statuscode: 30 } as const
const failed = { statecode: 3, statuscode: 31 } as const

/** Makes the rows of a job that waits, and returns its id. Must run inside a transaction. */
export function startBulkDeleteJob(service: Service, name: string, querySet: readonly unknown[]): string {
  const job = createRow(service, tableOf(service, 'asyncoperation'), {
    name,
    operationtype: bulkDeleteType,
    data: JSON.stringify(querySet),
  })
  const id = job.asyncoperationid as string
  createRow(service, tableOf(service, 'bulkdeleteoperation'), {
    name,
    isrecurring: false,
    successcount: 0,
    failurecount: 0,
    asyncoperationid: { id, table: 'asyncoperation' },
  })
  return id
}

/** Takes a job one step on: from waiting to running, from running to its end. Runs outside of transactions. */
export function advanceBulkDeleteJob(service: Service, job: StoredRow): void {
  if (job.statecode === 0) change(service, job, { ...running, startedon: nowOf(service) })
  else if (job.statecode === running.statecode) finish(service, job)
}

function finish(service: Service, job: StoredRow): void {
  const [operation] = service.related.referencing(
    'bulkdeleteoperation',
    'asyncoperationid',
    String(job.asyncoperationid),
  )
  if (operation === undefined) return
  const counts = { successcount: 0, failurecount: 0 }
  let outcome: RowValues = succeeded
  try {
    for (const [index, query] of (JSON.parse(String(job.data)) as unknown[]).entries()) {
      deleteQueried(service, job, query, {
        deleted: () => {
          counts.successcount += 1
        },
        refused: (id, error) => {
          counts.failurecount += 1
          noteFailure(service, operation, index, id, error)
        },
      })
    }
  } catch (error) {
    // A table of the query that is gone meanwhile.
    outcome = { ...failed, message: error instanceof Error ? error.message : String(error) }
  }
  service.store.transact(() => {
    updateRow(service, tableOf(service, 'bulkdeleteoperation'), operation, counts, 'unchecked')
    change(service, job, { ...outcome, completedon: nowOf(service) })
  })
}

/** What becomes of each row. */
interface Outcomes {
  deleted(): void
  refused(id: string, error: ServiceError): void
}

/** Deletes each row in a transaction of its own: a job that meets a row it cannot delete goes on. */
function deleteQueried(service: Service, job: StoredRow, query: unknown, outcomes: Outcomes): void {
  const { table, filter } = parseQueryExpression(query, service.schema, service.context)
  const { store, related } = service
  // Rows that came after the job began are none of its business.
  const isOlder = (row: StoredRow): boolean => String(row.createdon ?? '') <= String(job.startedon)
  const rows = [...service.context.rows(table.logicalName)].filter(
    (row) => isOlder(row) && filter(row, related),
  )
  for (const row of rows) {
    const id = String(row[table.primaryIdColumn])
    // A cascade may have taken it along.
    const identity = rowIdentity(table, row)
    if (store.table(table.logicalName).get(identity) === undefined) continue
    try {
      store.transact(() => deleteRow(service, table, identity))
      outcomes.deleted()
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error
      outcomes.refused(id, error)
    }
  }
}

function noteFailure(
  service: Service,
  operation: StoredRow,
  index: number,
  id: string,
  { code, message }: ServiceError,
): void {
  service.store.transact(() =>
    createRow(service, tableOf(service, 'bulkdeletefailure'), {
      orderedqueryindex: index,
      errornumber: Number.parseInt(code, 16) | 0,
      errordescription: message.slice(0, 512),
      regardingobjectid: id,
      bulkdeleteoperationid: {
        id: String(operation.bulkdeleteoperationid),
        table: 'bulkdeleteoperation',
      },
    }),
  )
}

function change(service: Service, job: StoredRow, values: RowValues): void {
  service.store.transact(() =>
    updateRow(service, tableOf(service, 'asyncoperation'), job, values, 'unchecked'),
  )
}

function nowOf(service: Service): string {
  return `${new Date(service.options.clock()).toISOString().slice(0, 19)}Z`
}

function tableOf(service: Service, logicalName: string): Table {
  const table = service.schema.byLogicalName(logicalName)
  if (table === undefined) throw new TypeError(`There is no table '${logicalName}'`)
  return table
}
