import type { TableSource } from '@deltaverse/dataverse'
import type { ColumnKind } from '@deltaverse/metadata'

const kinds: Readonly<Record<string, ColumnKind>> = {
  productnumber: 'text',
  name: 'text',
  description: 'text',
  price: 'money',
  standardcost: 'money',
  quantityonhand: 'decimal',
  quantitydecimal: 'whole-number',
  size: 'text',
  vendorname: 'text',
  vendorpartnumber: 'text',
  suppliername: 'text',
  producturl: 'text',
}

/** What the writer learns about products where nobody can be asked. */
export const productTable: TableSource = {
  tableOfSet: async () => ({
    logicalName: 'product',
    entitySetName: 'products',
    primaryIdColumn: 'productid',
    columns: new Map(
      Object.entries(kinds).map(([logicalName, kind]) => [logicalName, { logicalName, kind, targets: [] }]),
    ),
    keys: [{ logicalName: 'product_productnumber', columns: ['productnumber'], indexStatus: 'Active' }],
  }),
  details: async () => new Map(),
}
