import { choice, dateOnly, lookup, memo, text } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { defaultValueOnly } from './choices.js'

/** `pricelevel` (price list). */
export const pricelevel: TableDefinition = {
  logicalName: 'pricelevel',
  schemaName: 'PriceLevel',
  displayName: 'Price List',
  entitySetName: 'pricelevels',
  objectTypeCode: 1022,
  primaryNameColumn: 'name',
  ownership: 'OrganizationOwned',
  changeTrackingEnabled: true,
  columns: [
    text('Name', 100, { displayName: 'Name', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    dateOnly('BeginDate', { displayName: 'Start Date' }),
    dateOnly('EndDate', { displayName: 'End Date' }),
    choice('FreightTermsCode', defaultValueOnly, { displayName: 'Freight Terms' }),
    choice('PaymentMethodCode', defaultValueOnly, { displayName: 'Payment Method' }),
    choice('ShippingMethodCode', defaultValueOnly, { displayName: 'Shipping Method' }),
    lookup('TransactionCurrencyId', 'transactioncurrency', 'transactioncurrency_pricelevel', {
      displayName: 'Currency',
      onDelete: 'restrict',
    }),
  ],
}
