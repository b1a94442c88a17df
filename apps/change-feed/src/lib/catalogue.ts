import { createSeededRandom, type SeededRandom } from '@deltaverse/testing'

/** A product of the demonstration, as the Web API takes it; state, owner and the like are left to the service. */
export interface Product {
  readonly productnumber: string
  readonly name: string
  readonly description: string
  readonly price: number
  readonly standardcost: number
  readonly currentcost: number
  readonly size: string
  readonly vendorname: string
  readonly vendorpartnumber: string
  readonly stockweight: number
  readonly quantityonhand: number
  readonly quantitydecimal: number
}

const materials = [
  'Oak',
  'Steel',
  'Linen',
  'Enamel',
  'Beech',
  'Brass',
  'Wool',
  'Glass',
  'Cork',
  'Copper',
] as const
const styles = [
  'Folding',
  'Compact',
  'Classic',
  'Insulated',
  'Stackable',
  'Café',
  'Garden',
  'Workshop',
  'Travel',
] as const
const things = [
  'Stool',
  'Lantern',
  'Table Runner',
  'Bread Tin',
  'Shelf',
  'Door Handle',
  'Blanket',
  'Jar',
  'Trivet',
  'Kettle',
  'Tool Box',
  'Hook Rail',
] as const
const vendors = [
  'Nordlicht Möbel GmbH',
  'Atelier Béranger',
  'Hartwell & Sons',
  'Østerbro Supply',
  'Kowalczyk Metal',
  'Lakeside Trading Co.',
] as const
const sizes = ['XS', 'S', 'M', 'L', 'XL', '30 × 40 cm', '50 × 70 cm', '1.5 l', '0.75 l', '120 cm'] as const

/** `SKU-00001` for 1. */
export function productNumber(index: number): string {
  return `SKU-${String(index).padStart(5, '0')}`
}

/** The product of that index, counted from 1: the same one on every machine. */
export function productAt(index: number): Product {
  const random = createSeededRandom(index * 2_654_435_761)
  const material = random.pick(materials)
  const style = random.pick(styles)
  const thing = random.pick(things)
  const price = randomPrice(random)
  const cost = roundToCents(price * (0.4 + random.next() * 0.3))
  const vendor = random.pick(vendors)
  return {
    productnumber: productNumber(index),
    name: `${style} ${material} ${thing}`,
    description: `${thing} of ${material.toLowerCase()}, "${style}" line, made by ${vendor}. Item ${index}.`,
    price,
    standardcost: cost,
    currentcost: roundToCents(cost * (0.95 + random.next() * 0.1)),
    size: random.pick(sizes),
    vendorname: vendor,
    vendorpartnumber: `${vendor.slice(0, 2).toUpperCase()}-${1000 + random.below(9000)}`,
    stockweight: roundToCents(0.1 + random.next() * 12),
    quantityonhand: random.below(500),
    quantitydecimal: 2,
  }
}

/** The first `count` products. */
export function* catalogue(count: number): Generator<Readonly<Record<string, unknown>>, void, undefined> {
  for (let index = 1; index <= count; index += 1) yield { ...productAt(index) }
}

/** From 1.50 to some 400, small ones more often. */
export function randomPrice(random: SeededRandom): number {
  const share = random.next()
  return roundToCents(1.5 + share * share * share * 398)
}

function roundToCents(amount: number): number {
  return Math.round(amount * 100) / 100
}
