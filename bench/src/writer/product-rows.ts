/** A product to upsert, some 650 bytes as JSON. */
export interface ProductRow {
  readonly productnumber: string
  readonly name: string
  readonly description: string
  readonly price: number
  readonly standardcost: number
  readonly quantityonhand: number
  readonly quantitydecimal: number
  readonly size: string
  readonly vendorname: string
  readonly vendorpartnumber: string
  readonly suppliername: string
  readonly producturl: string
}

const description =
  'Oak and steel, brushed by hand; "Möbel" for the façade of Århus. '.repeat(5) +
  'Boxed, 2 years of guarantee. Item '

/** Products one at a time, the same ones for the same count; nobody holds them, and making them costs little. */
export function* productRows(count: number): Generator<ProductRow, void, undefined> {
  for (let index = 0; index < count; index += 1) yield productRow(index)
}

function productRow(index: number): ProductRow {
  return {
    productnumber: `SKU-${100_000_000 + index}`,
    name: `Folding Oak Stool ${index}`,
    description: description + index,
    price: (index % 90_000) / 100,
    standardcost: (index % 70_000) / 100,
    quantityonhand: index % 800,
    quantitydecimal: 2,
    size: '60 × 80 cm',
    vendorname: 'Bergmann & Töchter GmbH',
    vendorpartnumber: `V-${index % 9_999}`,
    suppliername: 'Carrick Supply',
    producturl: `https://shop.example/products/${index}`,
  }
}
