/** Writes products.csv as a shop would give it out at the end of a night: `node make-night.mjs NIGHT [PRODUCTS]`. */
import { writeFileSync } from 'node:fs'

const night = Number(process.argv[2] ?? 0)
const products = Number(process.argv[3] ?? 10_000)

/** From night to night fifty products change, and three go. */
const lines = []
for (let number = 1; number <= products; number += 1) {
  const isGone = number > products - 3 * night
  if (isGone) continue
  const changes = number <= 50 * night ? night : 0
  lines.push(
    `P-${String(number).padStart(6, '0')},Product ${number}${changes > 0 ? ` (${changes})` : ''},${number % 90}`,
  )
}
writeFileSync(
  new URL('products.csv', import.meta.url),
  `productnumber,name,quantityonhand\n${lines.join('\n')}\n`,
)
