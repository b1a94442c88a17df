import { createSeededRandom, type SeededRandom } from '@deltaverse/testing'
import { type Product, productAt, randomPrice } from './catalogue.js'

/** What a night brings. */
const changedPerNight = 40
const newPerNight = 7
const gonePerNight = 3

/**
 * The ERP's products after some nights, by product number, in the order of their age: every night 40 changed, 7 were added and
 * 3 went. The same on every machine for the same size of the first catalogue.
 */
export function productsAfter(nights: number, catalogueSize: number): Map<string, Product> {
  const products = new Map<string, Product>()
  const add = (index: number): void => {
    const product = productAt(index)
    products.set(product.productnumber, product)
  }
  for (let index = 1; index <= catalogueSize; index += 1) add(index)
  for (let night = 1; night <= nights; night += 1) {
    const random = createSeededRandom(night * 104_729)
    const numbers = [...products.keys()]
    for (const number of draw(random, numbers, gonePerNight)) products.delete(number)
    const left = numbers.filter((number) => products.has(number))
    for (const number of draw(random, left, changedPerNight)) {
      products.set(number, changed(products.get(number)!, random))
    }
    for (let nth = 1; nth <= newPerNight; nth += 1) add(catalogueSize + (night - 1) * newPerNight + nth)
  }
  return products
}

/** So many different ones, or all where there are fewer. */
function draw(random: SeededRandom, numbers: readonly string[], count: number): readonly string[] {
  const rest = [...numbers]
  const drawn: string[] = []
  while (drawn.length < count && rest.length > 0) {
    const at = random.below(rest.length)
    drawn.push(rest[at]!)
    rest[at] = rest[rest.length - 1]!
    rest.pop()
  }
  return drawn
}

/** Another price, or another stock, or no description any more. Never the same product again. */
function changed(product: Product, random: SeededRandom): Product {
  const kind = random.below(5)
  if (kind === 0) return { ...product, quantityonhand: product.quantityonhand + 1 + random.below(50) }
  if (kind === 1 && product.description !== null) return { ...product, description: null }
  const price = randomPrice(random)
  return { ...product, price: price === product.price ? price + 1 : price }
}
