import { createSeededRandom, type SeededRandom } from '@deltaverse/testing'
import { productAt, productNumber, randomPrice } from './catalogue.js'

/** One write of a night. Playing it again changes nothing more. */
export type NightWrite =
  | {
      readonly kind: 'upsert'
      readonly productNumber: string
      readonly columns: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'delete'; readonly productNumber: string }

const updatesPerNight = 50
const creationsPerNight = 5
const deletionsPerNight = 3

/**
 * What an ERP would send in a night, counted from 1: some prices and names change, a few products are new, a few are gone.
 * The same on every machine, for the same size of catalogue.
 */
export function playbookOf(night: number, catalogueSize: number): readonly NightWrite[] {
  const gone = goneBy(night, catalogueSize)
  const random = createSeededRandom(night * 7_919 + 13)
  const known = catalogueSize + (night - 1) * creationsPerNight
  const writes: NightWrite[] = []
  const chosen = new Set<number>()
  const wanted = Math.min(updatesPerNight, known - gone.size)
  while (chosen.size < wanted) {
    const index = 1 + random.below(known)
    if (gone.has(index) || chosen.has(index)) continue
    chosen.add(index)
    writes.push(updateOf(index, night, chosen.size % 5 === 0, random))
  }
  for (let nth = 1; nth <= creationsPerNight; nth += 1) {
    const { productnumber, ...columns } = productAt(known + nth)
    writes.push({ kind: 'upsert', productNumber: productnumber, columns })
  }
  for (const index of goneIn(night, catalogueSize)) {
    writes.push({ kind: 'delete', productNumber: productNumber(index) })
  }
  return writes
}

function updateOf(index: number, night: number, renamed: boolean, random: SeededRandom): NightWrite {
  const price = randomPrice(random)
  // A name goes with every upsert: should the row not be there, it is a creation, and a product needs one.
  const { name } = productAt(index)
  const columns = { price, name: renamed ? `${name}, series ${night}` : name }
  return { kind: 'upsert', productNumber: productNumber(index), columns }
}

function goneBy(night: number, catalogueSize: number): ReadonlySet<number> {
  const gone = new Set<number>()
  for (let each = 1; each <= night; each += 1) {
    for (const index of goneIn(each, catalogueSize)) gone.add(index)
  }
  return gone
}

/** Each night has products of its own to remove, spread over the catalogue, until half of it is gone. */
function goneIn(night: number, catalogueSize: number): readonly number[] {
  const most = Math.floor(catalogueSize / 2)
  const indexes: number[] = []
  for (let nth = (night - 1) * deletionsPerNight; nth < Math.min(night * deletionsPerNight, most); nth += 1) {
    indexes.push(1 + ((nth * stepThrough(catalogueSize)) % catalogueSize))
  }
  return indexes
}

/** A step that shares no divisor with the size, so that it comes by every product once. */
function stepThrough(size: number): number {
  let step = Math.max(1, Math.floor(size * 0.618))
  while (greatestCommonDivisor(step, size) !== 1) step += 1
  return step
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
