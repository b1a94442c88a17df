import { followActivity } from '../activities/activity-parties.js'
import { fillAutoNumbers } from '../auto-numbers/fill-auto-numbers.js'
import { settleImages } from '../files/set-image.js'
import { ServiceError } from '../http/service-error.js'
import { builtInIds } from '../schema/built-in-rows.js'
import { deriveValues } from '../schema/derived-values.js'
import { rowIdentity } from '../schema/row-identity.js'
import type { Table, TableKey } from '../schema/table.js'
import type { ColumnValue, LookupValue, StoredRow } from '../schema/table-definition.js'
import type { Service } from '../service.js'
import { refuseDirectWrite } from './direct-writes.js'
import { initialState } from './initial-state.js'
import type { RowValues } from './read-body.js'
import { checkStateRules } from './state-rules.js'
import { settleState } from './state-status.js'

/** The time as date columns hold it: whole seconds, UTC. */
function timestamp(service: Service): string {
  return `${new Date(service.options.clock()).toISOString().slice(0, 19)}Z`
}

/**
 * Creates a row. Must run inside a transaction.
 *
 * @param place `nested` for a row that comes with another: some tables take no others.
 */
export function createRow(
  service: Service,
  table: Table,
  input: RowValues,
  place: 'direct' | 'nested' = 'direct',
): StoredRow {
  if (place === 'direct') refuseDirectWrite(table, 'POST')
  const values: RowValues = { ...input }
  const given = values[table.primaryIdColumn]
  const id = typeof given === 'string' ? given : service.ids.next()
  const rows = service.store.table(table.logicalName)
  const identity = rowIdentity(table, { ...values, [table.primaryIdColumn]: id })
  if (rows.get(identity) !== undefined) throw duplicateRow()
  settleState(table, id, undefined, values, initialState(service, table, values))
  if (table.autoNumberColumns.length > 0) fillAutoNumbers(service, table, values)
  const row: RowValues = { ...systemValues(service, table), ...defaults(table), ...values }
  row[table.primaryIdColumn] = id
  if (typeof values.overriddencreatedon === 'string') row.createdon = values.overriddencreatedon
  if (table.fileColumns.length > 0) settleImages(service, table, row, undefined, values)
  finish(service, table, row, values)
  checkKeys(service, table, identity, row)
  const created = service.store.put(table.logicalName, identity, row)
  if (table.isActivity) followActivity(service, table, created)
  return created
}

/**
 * Updates a row that exists. Must run inside a transaction.
 *
 * @param rules `unchecked` for what the service itself changes: the rules of the table's states do not bind it.
 */
export function updateRow(
  service: Service,
  table: Table,
  before: StoredRow,
  input: RowValues,
  rules: 'checked' | 'unchecked' = 'checked',
): StoredRow {
  refuseDirectWrite(table, 'PATCH')
  const id = before[table.primaryIdColumn] as string
  const values: RowValues = { ...input }
  delete values[table.primaryIdColumn]
  if (table.isElastic) delete values.partitionid
  settleState(table, id, before, values)
  if (rules === 'checked') checkStateRules(table, id, before, values)
  const row: RowValues = { ...before, ...values }
  if (table.column('modifiedon') !== undefined) row.modifiedon = timestamp(service)
  if (table.column('modifiedby') !== undefined)
    row.modifiedby = { id: service.caller.userId, table: 'systemuser' }
  const behalfOf = behalfOfCaller(service)
  if (behalfOf !== (row.modifiedonbehalfby ?? null)) row.modifiedonbehalfby = behalfOf
  if (table.fileColumns.length > 0) settleImages(service, table, row, before, values)
  finish(service, table, row, values)
  const identity = rowIdentity(table, before)
  checkKeys(service, table, identity, row)
  const updated = service.store.put(table.logicalName, identity, row)
  if (table.isActivity) followActivity(service, table, updated)
  return updated
}

/** 412 for a row that exists although it should be created. */
export function duplicateRow(): ServiceError {
  return new ServiceError(412, '0x80040237', 'A record with matching key values already exists.')
}

/** The user who really sent the request, when it acts for another. */
function behalfOfCaller(service: Service): LookupValue | null {
  const { behalfOf } = service.caller
  return behalfOf === undefined ? null : { id: behalfOf, table: 'systemuser' }
}

function systemValues(service: Service, table: Table): RowValues {
  const now = timestamp(service)
  const caller: ColumnValue = { id: service.caller.userId, table: 'systemuser' }
  const behalfOf = behalfOfCaller(service)
  const known: RowValues = {
    createdon: now,
    createdby: caller,
    modifiedon: now,
    modifiedby: caller,
    ...(behalfOf === null ? {} : { createdonbehalfby: behalfOf, modifiedonbehalfby: behalfOf }),
    organizationid: { id: builtInIds.organization, table: 'organization' },
  }
  if (table.ownership === 'UserOwned') known.ownerid = caller
  return Object.fromEntries(
    Object.entries(known).filter(([name, value]) => {
      // Some tables hold the organisation as a plain GUID; those rows are made with it.
      const column = table.column(name)
      return column !== undefined && column.isLookup === (typeof value === 'object')
    }),
  )
}

function defaults(table: Table): RowValues {
  const values: RowValues = {}
  for (const column of table.columns) {
    if (column.defaultValue !== undefined) values[column.logicalName] = column.defaultValue
  }
  return values
}

/** Sets what the service derives from other columns. */
function finish(service: Service, table: Table, row: RowValues, changed: RowValues): void {
  if (table.ownership === 'UserOwned') setOwner(service, row)
  setCurrency(service, table, row, changed)
  Object.assign(row, deriveValues(table, row))
}

function setOwner(service: Service, row: RowValues): void {
  const owner = row.ownerid
  if (owner === null || typeof owner !== 'object') return
  row.owninguser = owner.table === 'systemuser' ? owner : null
  row.owningteam = owner.table === 'team' ? owner : null
  const unit = service.store.table(owner.table).get(owner.id)?.businessunitid
  row.owningbusinessunit = unit ?? { id: builtInIds.businessUnit, table: 'businessunit' }
}

/** A row with amounts has a currency: the organisation's, unless it says another. */
function setCurrency(service: Service, table: Table, row: RowValues, changed: RowValues): void {
  if (table.column('exchangerate') === undefined || table.column('transactioncurrencyid') === undefined)
    return
  const amounts = table.columns.filter(({ type, baseOf }) => type === 'money' && baseOf === undefined)
  if (!amounts.some(({ logicalName }) => (row[logicalName] ?? null) !== null)) return
  row.transactioncurrencyid ??= { id: builtInIds.currency, table: 'transactioncurrency' }
  const currency = row.transactioncurrencyid
  if (row.exchangerate !== undefined && changed.transactioncurrencyid === undefined) return
  if (currency === null || typeof currency !== 'object') return
  row.exchangerate = service.store.table(currency.table).get(currency.id)?.exchangerate ?? 1
}

function checkKeys(service: Service, table: Table, id: string, row: StoredRow): void {
  const rows = service.store.table(table.logicalName)
  for (const key of table.keys) {
    if (key.indexStatus !== 'Active') continue
    const other = rows.idByKey(key.logicalName, row)
    if (other !== undefined && other !== id) throw duplicateKey(table, key, row)
  }
}

function duplicateKey(table: Table, key: TableKey, row: StoredRow): ServiceError {
  const names = key.columns.map((name) => table.column(name)?.displayName ?? name).join(', ')
  const attributes = key.columns.map((name) => `<${name}>${keyPart(row[name] ?? null)}</${name}>`).join('')
  return new ServiceError(
    412,
    '0x80060892',
    `Entity Key ${key.displayName} violated. A record with the same value for ${names} already exists. ` +
      'A duplicate record cannot be created. Select one or more unique values and try again.',
    {
      annotations: {
        'Microsoft.PowerApps.CDS.ErrorDetails.DuplicateAttributes': `<DuplicateAttributes>${attributes}</DuplicateAttributes>`,
      },
    },
  )
}

function keyPart(value: ColumnValue): string {
  return value !== null && typeof value === 'object' ? value.id : String(value ?? '')
}
