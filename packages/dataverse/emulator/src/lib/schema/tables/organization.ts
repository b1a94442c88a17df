import { entityImage, integer, lookup, text, yesNo } from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'
import { readOnly } from './shared-columns.js'

/** `organization`: the settings that matter to data exchange. */
export const organization: TableDefinition = {
  logicalName: 'organization',
  schemaName: 'Organization',
  displayName: 'Organization',
  entitySetName: 'organizations',
  objectTypeCode: 1019,
  primaryNameColumn: 'name',
  ownership: 'None',
  changeTrackingEnabled: false,
  canChangeTrackingBeEnabled: false,
  columns: [
    entityImage(),
    text('Name', 160, { displayName: 'Organization Name', ...readOnly }),
    integer('ExpireChangeTrackingInDays', 0, 365, {
      displayName: 'Days to Expire Change Tracking Deltas',
      defaultValue: 7,
    }),
    integer('ExpireSubscriptionsInDays', 0, 2_147_483_647, {
      displayName: 'Days to Expire Subscriptions',
      defaultValue: 90,
    }),
    integer('LanguageCode', 0, 2_147_483_647, { displayName: 'Language', ...readOnly }),
    integer('LocaleId', 0, 2_147_483_647, { displayName: 'Locale' }),
    integer('FullNameConventionCode', 0, 7, {
      displayName: 'Full Name Display Order',
    }),
    integer('PricingDecimalPrecision', 0, 4, { displayName: 'Pricing Decimal Precision', defaultValue: 2 }),
    lookup('BaseCurrencyId', 'transactioncurrency', 'basecurrency_organization', {
      displayName: 'Currency',
      onDelete: 'no-cascade',
    }),
    text('BaseCurrencySymbol', 5, { displayName: 'Base Currency Symbol', ...readOnly }),
    yesNo('IsAuditEnabled', false, { displayName: 'Is Auditing Enabled' }),
    yesNo('CreateProductsWithoutParentInActiveState', false, {
      displayName: 'Enable Active Initial Product State',
    }),
    integer('MaxUploadFileSize', 0, 131_072_000, { displayName: 'Max Upload File Size' }),
    text('SchemaNamePrefix', 8, { displayName: 'Customization Name Prefix' }),
  ],
}
