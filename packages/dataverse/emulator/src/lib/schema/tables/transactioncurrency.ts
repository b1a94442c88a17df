import { decimal, entityImage, integer, lookup, text } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

/** `transactioncurrency`. */
export const transactioncurrency: TableDefinition = {
  logicalName: 'transactioncurrency',
  schemaName: 'TransactionCurrency',
  displayName: 'Currency',
  displayCollectionName: 'Currencies',
  entitySetName: 'transactioncurrencies',
  objectTypeCode: 9105,
  primaryNameColumn: 'currencyname',
  ownership: 'OrganizationOwned',
  changeTrackingEnabled: true,
  columns: [
    entityImage(),
    text('CurrencyName', 100, { displayName: 'Currency Name', required: true }),
    text('ISOCurrencyCode', 5, { displayName: 'Currency Code', required: true, validForUpdate: false }),
    text('CurrencySymbol', 10, { displayName: 'Currency Symbol', required: true }),
    integer('CurrencyPrecision', 0, 4, { displayName: 'Currency Precision', required: true }),
    decimal('ExchangeRate', 12, {
      displayName: 'Exchange Rate',
      required: true,
      minValue: 1e-10,
      maxValue: 100_000_000_000,
    }),
    lookup('OrganizationId', 'organization', 'organization_transactioncurrencies', {
      displayName: 'Organization',
      onDelete: 'no-cascade',
      ...readOnly,
    }),
  ],
}
