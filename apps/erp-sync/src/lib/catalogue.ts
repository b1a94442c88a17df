import { createSeededRandom, type SeededRandom } from '@deltaverse/testing'

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

const materials = [
  'Ash',
  'Slate',
  'Hemp',
  'Pewter',
  'Birch',
  'Zinc',
  'Felt',
  'Clay',
  'Jute',
  'Bronze',
] as const
const kinds = [
  'Adjustable',
  'Nesting',
  'Narrow',
  'Quilted',
  'Séparé',
  'Outdoor',
  'Magnetic',
  'Child-size',
] as const
const things = [
  'Bench',
  'Candle Holder',
  'Napkin Set',
  'Coat Stand',
  'Crate',
  'Drawer Pull',
  'Planter',
  'Tray',
] as const
const vendors = [
  'Bergmann & Töchter',
  'Maison Villeneuve',
  'Carrick Supply',
  'Ålesund Tre',
  'Nowak Odlewnia',
] as const
const sizes = ['small', 'medium', 'large', '20 × 20 cm', '60 × 80 cm', '2.5 l', null] as const

/** `SKU-00001` for 1. */
function productNumber(index: number): string {
  return `SKU-${String(index).padStart(5, '0')}`
}

/** The product of that index, counted from 1: the same one on every machine. */
export function productAt(index: number): Product {
  const random = createSeededRandom(index * 2_246_822_519)
  const material = random.pick(materials)
  const thing = random.pick(things)
  const price = randomPrice(random)
  return {
    productnumber: productNumber(index),
    name: `${random.pick(kinds)} ${material} ${thing}`,
    description:
      random.next() < 0.1 ? null : `${thing} made of ${material.toLowerCase()}; "item ${index}", boxed`,
    price,
    standardcost: cents(price * (0.45 + random.next() * 0.25)),
    quantityonhand: random.below(800),
    quantitydecimal: 2,
    size: random.pick(sizes),
    vendorname: random.pick(vendors),
  }
}

/** From 2.00 to some 300, small ones more often. */
export function randomPrice(random: SeededRandom): number {
  return cents(2 + random.next() ** 3 * 298)
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100
}
