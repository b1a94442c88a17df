import { referencedRow } from '../associations/referenced-row.js'
import { methodNotAllowed, ServiceError } from '../http/service-error.js'
import type { ParsedRequest, ServiceResponse } from '../http/service-response.js'
import type { Table } from '../schema/table.js'
import type { Service } from '../service.js'
import { updateRow } from '../writing/write-row.js'

interface ClosingAction {
  readonly table: string
  /** The member of the body that describes how the row was closed, and its lookup of the row. */
  readonly member: string
  readonly lookup: string
  readonly state: number
}

// Microsoft Learn, "Perform specialized operations using Update": what Update does not cover.
const actions: Readonly<Record<string, ClosingAction>> = {
  WinOpportunity: { table: 'opportunity', member: 'OpportunityClose', lookup: 'opportunityid', state: 1 },
  LoseOpportunity: { table: 'opportunity', member: 'OpportunityClose', lookup: 'opportunityid', state: 2 },
  CloseIncident: { table: 'incident', member: 'IncidentResolution', lookup: 'incidentid', state: 1 },
}

/**
 * Serves the actions that close a row, where its table is there; `undefined` for every other request. Only the state
 * and the status of the row change: the closing activity is not kept.
 */
export function closingAction(service: Service, request: ParsedRequest): ServiceResponse | undefined {
  const [name = '', ...rest] = request.segments
  const action = Object.hasOwn(actions, name) && rest.length === 0 ? actions[name] : undefined
  const table = action && service.schema.byLogicalName(action.table)
  if (action === undefined || table === undefined) return undefined
  if (request.method !== 'POST') throw methodNotAllowed(request.method)
  const { status, reference } = readParameters(request.body, action)
  service.store.transact(() => {
    const row = referencedRow(service, table, reference)
    checkStatus(table, status, action)
    updateRow(service, table, row, { statecode: action.state, statuscode: status }, 'unchecked')
  })
  return { status: 204 }
}

function readParameters(
  body: unknown,
  { member, lookup }: ClosingAction,
): { status: number; reference: unknown } {
  const members = (body !== null && typeof body === 'object' ? body : {}) as Record<string, unknown>
  const { Status: status, [member]: closing } = members
  if (typeof status !== 'number' || closing === null || typeof closing !== 'object') {
    throw new ServiceError(400, '0x80048d19', `The body must have the members 'Status' and '${member}'.`)
  }
  return { status, reference: (closing as Record<string, unknown>)[`${lookup}@odata.bind`] }
}

function checkStatus(table: Table, status: number, { state }: ClosingAction): void {
  const known = table
    .column('statuscode')
    ?.options.some((each) => each.value === status && each.state === state)
  if (known === true) return
  const message = `${status} is not a valid status code for state code ${state} on ${table.logicalName}.`
  throw new ServiceError(400, '0x80048408', message)
}
