import { ServiceError } from '../http/service-error.js'
import type { Navigation, Table } from '../schema/table.js'
import type { LookupValue, StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import type { RowValues } from '../writing/read-body.js'

/** The parties that the service keeps itself, by what they follow. */
const implied = { regarding: 8, owner: 9 } as const

/** Whether a navigation property of an activity leads to its parties. */
export function leadsToParties(
  service: Service,
  { table }: Navigation & { readonly table?: string },
): boolean {
  return table !== undefined && service.schema.byLogicalName(table)?.holdsParties === true
}

/**
 * What a party of an activity is stored with.
 *
 * @throws ServiceError 400 when the activity has no parties of that kind.
 */
export function partyValues(activity: Table, row: StoredRow, values: RowValues): RowValues {
  const { participationtypemask: type } = values
  if (typeof type !== 'number') {
    throw new ServiceError(400, '0x80040203', "A party of an activity needs a 'participationtypemask'.")
  }
  const kinds = activity.columns.flatMap(({ participationType: kind }) => (kind === undefined ? [] : [kind]))
  if (kinds.length > 0 && !kinds.includes(type)) {
    throw new ServiceError(
      400,
      '0x80040203',
      `The table '${activity.logicalName}' has no parties with the participation type ${type}; it has ${kinds.join(', ')}.`,
    )
  }
  return { ...values, ...ownerOf(row), activityid: linkTo(activity, row) }
}

/** The parties that a client gave, of those that an activity has. */
export function givenParties(service: Service, activity: Table, row: StoredRow): StoredRow[] {
  const types: readonly unknown[] = Object.values(implied)
  return partiesOf(service, activity, row).filter((party) => !types.includes(party.participationtypemask))
}

/**
 * Lets the parties that stand for the owner and the regarding row follow the activity. Must run inside a transaction.
 */
export function followActivity(service: Service, activity: Table, row: StoredRow): void {
  const parties = partyTable(service)
  if (parties === undefined || service.options.impliedParties === 'absent') return
  const known = partiesOf(service, activity, row)
  for (const [value, type] of [
    [row.regardingobjectid, implied.regarding],
    [row.ownerid, implied.owner],
  ] as const) {
    const before = known.find((party) => party.participationtypemask === type)
    const target = value !== null && typeof value === 'object' ? value : undefined
    const takesPart = parties.column('partyid')?.targets.some(({ table }) => table === target?.table) === true
    const held = before?.partyid ?? null
    if (takesPart && typeof held === 'object' && held?.id === target?.id) continue
    if (before !== undefined)
      service.store.remove(parties.logicalName, before[parties.primaryIdColumn] as string)
    if (!takesPart || target === undefined) continue
    const id = service.ids.next()
    service.store.put(parties.logicalName, id, {
      [parties.primaryIdColumn]: id,
      activityid: linkTo(activity, row),
      partyid: target,
      participationtypemask: type,
      ispartydeleted: false,
      ...ownerOf(row),
    })
  }
}

/** Marks the parties whose row has gone; they stay with their activities. Must run inside a transaction. */
export function markDeletedParty(service: Service, table: string, id: string): void {
  const parties = partyTable(service)
  if (parties === undefined) return
  const rows = service.store.table(parties.logicalName)
  for (const partyId of rows.idsByLookup('partyid', id)) {
    const party = rows.get(partyId)
    const reference = party?.partyid ?? null
    if (party === undefined || typeof reference !== 'object' || reference?.table !== table) continue
    service.store.put(parties.logicalName, partyId, { ...party, ispartydeleted: true })
  }
}

function partiesOf({ related, schema }: Service, activity: Table, row: StoredRow): StoredRow[] {
  const parties = schema.byLogicalName('activityparty')
  if (parties === undefined) return []
  const id = row[activity.primaryIdColumn] as string
  return [...related.referencing(parties.logicalName, 'activityid', id)]
}

function partyTable({ schema }: Service): Table | undefined {
  return schema.byLogicalName('activityparty')
}

function linkTo(activity: Table, row: StoredRow): LookupValue {
  return { id: row[activity.primaryIdColumn] as string, table: activity.logicalName }
}

function ownerOf({ ownerid }: StoredRow): RowValues {
  return { ownerid: ownerid ?? null }
}
