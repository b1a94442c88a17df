import {
  choice,
  dateOnly,
  decimal,
  entityImage,
  guid,
  integer,
  lookup,
  memo,
  money,
  states,
  text,
  yesNo,
} from '../column-builders.js'
import type { TableDefinition } from '../table-definition.js'

const amount = { minValue: 0, maxValue: 1_000_000_000_000 }
const quantity = { minValue: 0, maxValue: 1_000_000_000 }

/** The statuses that may follow each status; Microsoft Learn, "Publish, revise, revert, retire, and activate products". */
const nextStatuses: Readonly<Record<number, readonly number[]>> = { 0: [1], 1: [2, 3], 2: [1], 3: [1, 2] }

const productStates = states([
  [0, 'Active', 1, { 1: 'Active' }],
  [1, 'Retired', 2, { 2: 'Retired' }],
  [2, 'Draft', 0, { 0: 'Draft' }],
  [3, 'Under Revision', 3, { 3: 'Under Revision' }],
]).map((column) => ({
  ...column,
  options: (column.options ?? []).map((option) =>
    column.type === 'status' ? { ...option, transitions: nextStatuses[option.value] ?? [] } : option,
  ),
}))

/**
 * `product`, as in Dynamics 365 Sales, with two things added for convenience: the alternate key `product_productnumber`
 * (an environment has it only when somebody makes it), and change tracking switched on (an environment may differ).
 * New rows are drafts; with the setting `createproductswithoutparentinactivestate` of the organization those without a parent
 * are active. Published (active) rows can be revised and retired, retired ones without a parent activated again.
 */
export const product: TableDefinition = {
  logicalName: 'product',
  schemaName: 'Product',
  displayName: 'Product',
  entitySetName: 'products',
  objectTypeCode: 1024,
  primaryNameColumn: 'name',
  ownership: 'OrganizationOwned',
  changeTrackingEnabled: true,
  stateRules: { initialState: 2 },
  columns: [
    entityImage(),
    text('Name', 100, { displayName: 'Name', applicationRequired: true }),
    text('ProductNumber', 100, { displayName: 'Product ID', required: true }),
    memo('Description', 2000, { displayName: 'Description' }),
    choice(
      'ProductStructure',
      { 1: 'Product', 2: 'Product Family', 3: 'Product Bundle' },
      { displayName: 'Product Structure', defaultValue: 1 },
    ),
    choice(
      'ProductTypeCode',
      { 1: 'Sales Inventory', 2: 'Miscellaneous Charges', 3: 'Services', 4: 'Flat Fees' },
      { displayName: 'Product Type' },
    ),
    ...productStates,
    money('Price', 2, { displayName: 'List Price', ...amount }),
    money('CurrentCost', 2, { displayName: 'Current Cost', ...amount }),
    money('StandardCost', 2, { displayName: 'Standard Cost', ...amount }),
    integer('QuantityDecimal', 0, 5, { displayName: 'Decimals Supported', applicationRequired: true }),
    decimal('QuantityOnHand', 2, { displayName: 'Quantity On Hand', ...quantity }),
    decimal('StockVolume', 2, { displayName: 'Stock Volume', ...quantity }),
    decimal('StockWeight', 2, { displayName: 'Stock Weight', ...quantity }),
    yesNo('IsKit', false, { displayName: 'Is Kit' }),
    yesNo('IsStockItem', false, { displayName: 'Stock Item' }),
    text('Size', 200, { displayName: 'Size' }),
    text('ProductUrl', 255, { displayName: 'URL' }),
    text('SupplierName', 100, { displayName: 'Supplier Name' }),
    text('VendorID', 100, { displayName: 'Vendor ID' }),
    text('VendorName', 100, { displayName: 'Vendor' }),
    text('VendorPartNumber', 100, { displayName: 'Vendor Name' }),
    dateOnly('ValidFromDate', { displayName: 'Valid From' }),
    dateOnly('ValidToDate', { displayName: 'Valid To' }),
    text('HierarchyPath', 450, {
      displayName: 'Hierarchy Path',
      validForCreate: false,
      validForUpdate: false,
    }),
    lookup('DefaultUoMId', 'uom', 'unit_of_measurement_products', {
      displayName: 'Default Unit',
      applicationRequired: true,
      onDelete: 'restrict',
    }),
    lookup('DefaultUoMScheduleId', 'uomschedule', 'unit_of_measurement_schedule_products', {
      displayName: 'Unit Group',
      applicationRequired: true,
      onDelete: 'restrict',
    }),
    lookup('PriceLevelId', 'pricelevel', 'price_level_products', { displayName: 'Default Price List' }),
    lookup('ParentProductId', 'product', 'product_parent_product', { displayName: 'Parent' }),
    guid('ProcessId', { displayName: 'Process Id' }),
    guid('StageId', { displayName: 'Stage Id' }),
    text('TraversedPath', 1250, { displayName: 'Traversed Path' }),
  ],
  keys: [
    {
      logicalName: 'product_productnumber',
      schemaName: 'product_productnumber',
      displayName: 'Product ID',
      columns: ['productnumber'],
    },
  ],
}
