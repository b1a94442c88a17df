import { pick, randomBelow, seededRandom } from './seeded-random.js'

/** A product as the ERP knows it, under the column names of Dataverse. */
export interface Product {
  readonly productnumber: string
  readonly name: string
  readonly description: string | null
  readonly price: number
  readonly standardcost: number
  readonly quantityonhand: number
  readonly quantitydecimal: number
  readonly size: string | null
  readonly vendorname: string
}

const materials = ['Ash', 'Slate', 'Hemp', 'Pewter', 'Birch', 'Zinc', 'Felt', 'Clay', 'Jute', 'Bronze']
const kinds = ['Adjustable', 'Nesting', 'Narrow', 'Quilted', 'Séparé', 'Outdoor', 'Magnetic', 'Child-size']
const things = [
  'Bench',
  'Candle Holder',
  'Napkin Set',
  'Coat Stand',
  'Crate',
  'Drawer Pull',
  'Planter',
  'Tray',
]
const vendors = ['Bergmann & Töchter', 'Maison Villeneuve', 'Carrick Supply', 'Ålesund Tre', 'Nowak Odlewnia']
const sizes = ['small', 'medium', 'large', '20 × 20 cm', '60 × 80 cm', '2.5 l', null]

/** `SKU-00001` for 1. */
function productNumber(index: number): string {
  return `SKU-${String(index).padStart(5, '0')}`
}

/** The product of that index, counted from 1: the same one on every machine. */
export function productAt(index: number): Product {
  const random = seededRandom(index * 2_246_822_519)
  const material = pick(random, materials)
  const thing = pick(random, things)
  const price = randomPrice(random)
  return {
    productnumber: productNumber(index),
    name: `${pick(random, kinds)} ${material} ${thing}`,
    description: random() < 0.1 ? null : `${thing} made of ${material.toLowerCase()}; "item ${index}", boxed`,
    price,
    standardcost: cents(price * (0.45 + random() * 0.25)),
    quantityonhand: randomBelow(random, 800),
    quantitydecimal: 2,
    size: pick(random, sizes),
    vendorname: pick(random, vendors),
  }
}

/** From 2.00 to some 300, small ones more often. */
export function randomPrice(random: () => number): number {
  return cents(2 + random() ** 3 * 298)
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100
}
