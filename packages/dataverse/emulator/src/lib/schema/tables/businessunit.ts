import { double, integer, lookup, memo, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { addressColumns, readOnly } from './shared-columns.js'

/** `businessunit`. */
export const businessunit: TableDefinition = {
  logicalName: 'businessunit',
  schemaName: 'BusinessUnit',
  displayName: 'Business Unit',
  entitySetName: 'businessunits',
  objectTypeCode: 10,
  primaryNameColumn: 'name',
  ownership: 'BusinessOwned',
  stateless: true,
  changeTrackingEnabled: true,
  columns: [
    lookup('OrganizationId', 'organization', 'organization_business_units', {
      displayName: 'Organization',
      onDelete: 'no-cascade',
      ...readOnly,
    }),
    text('Name', 160, { displayName: 'Name', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    text('DivisionName', 100, { displayName: 'Division' }),
    text('FileAsName', 100, { displayName: 'File as Name' }),
    text('TickerSymbol', 10, { displayName: 'Ticker Symbol' }),
    text('StockExchange', 20, { displayName: 'Stock Exchange' }),
    integer('UTCOffset', -1500, 1500, { displayName: 'UTC Offset' }),
    double('CreditLimit', 2, { displayName: 'Credit Limit', minValue: 0, maxValue: 1_000_000_000 }),
    text('CostCenter', 100, { displayName: 'Cost Center' }),
    text('WebSiteUrl', 200, { displayName: 'Website' }),
    text('FtpSiteUrl', 200, { displayName: 'FTP Site' }),
    text('EMailAddress', 100, { displayName: 'Email' }),
    yesNo('IsDisabled', false, { displayName: 'Is Disabled', validForCreate: false }),
    text('DisabledReason', 500, { displayName: 'Disable Reason', ...readOnly }),
    lookup('ParentBusinessUnitId', 'businessunit', 'business_unit_parent_business_unit', {
      displayName: 'Parent Business',
      applicationRequired: true,
      onDelete: 'restrict',
    }),
    lookup('TransactionCurrencyId', 'transactioncurrency', 'TransactionCurrency_BusinessUnit', {
      displayName: 'Currency',
      onDelete: 'restrict',
    }),
    ...addressColumns(1, { nameLength: 100, composite: false }),
    ...addressColumns(2, { nameLength: 100, composite: false }),
  ],
}
